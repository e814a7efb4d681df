import { assertEquals, assertNotEquals } from "@std/assert";
import { sha256 } from "../../src/data/digest.ts";
import { fashionMnist, syntheticSet } from "../../src/data/mod.ts";

Deno.test("syntheticSet() has the same bits on every machine", async () => {
  const digests = [];
  for (const part of ["train", "validation", "test"] as const) {
    digests.push(await sha256(syntheticSet(part, 500).images));
  }
  assertEquals(digests, [
    "09fc8ddd41c3fa6c7249cd175d20d1a38832ad1ec3c7f44f5964a98c4080c326",
    "7babf97247326a80a5d9cb32f01cf04143425bc36a43e9ea77ed61470d1b9585",
    "3156cc80a6eff00dac1c0e6fa9b9b880ddbb54459258a2478d11d16b2269dc0c",
  ]);
});

Deno.test("syntheticSet() has Fashion-MNIST's format and classes in turn", () => {
  const set = syntheticSet("train", 25);
  assertEquals([set.name, set.count, set.height, set.width], ["synthetic/train", 25, 28, 28]);
  assertEquals(set.classes, fashionMnist.classes);
  assertEquals(set.images.length, 25 * 784);
  assertEquals([...set.labels.subarray(0, 12)], [0, 1, 2, 3, 4, 5, 6, 7, 8, 9, 0, 1]);
});

Deno.test("syntheticSet() draws the same first images whatever the count", () => {
  const few = syntheticSet("train", 13);
  const many = syntheticSet("train", 200);
  assertEquals(many.images.subarray(0, few.images.length), few.images);
});

Deno.test("syntheticSet() draws other images for another seed and another part", () => {
  const first = syntheticSet("train", 10).images;
  assertNotEquals(syntheticSet("train", 10, 1).images, first);
  assertNotEquals(syntheticSet("test", 10).images, first);
});

Deno.test("syntheticSet() draws no image twice, and none that is empty or full", () => {
  const { images, count } = syntheticSet("train", 2000);
  const seen = new Set<string>();
  for (let i = 0; i < count; i++) {
    const image = images.subarray(784 * i, 784 * (i + 1));
    const lit = image.reduce((sum, pixel) => sum + Number(pixel > 0), 0);
    assertEquals(lit > 30 && lit < 720, true, `image ${i} has ${lit} pixels`);
    seen.add(image.toHex());
  }
  assertEquals(seen.size, count);
});

Deno.test("syntheticSet() of nothing is empty", () => {
  assertEquals(syntheticSet("test", 0).count, 0);
});
