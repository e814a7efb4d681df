import { assertEquals, assertThrows } from "@std/assert";
import { imageSet, subset } from "../../src/data/mod.ts";

const format = (classes: number) => ({
  channels: 1,
  height: 1,
  width: 2,
  classes: Array.from({ length: classes }, (_, i) => `${i}`),
});

Deno.test("imageSet() refuses a label that is no class, and names its place", () => {
  const make = (labels: number[], classes: number) =>
    imageSet("own", new Uint8Array(2 * labels.length), Uint8Array.from(labels), format(classes));
  assertEquals(make([0, 2, 1], 3).count, 3);
  assertThrows(() => make([0, 3, 1], 3), RangeError, "Cannot make own of 3 classes: label 1 is 3");
  assertThrows(() => make([0], 257), RangeError, "own of 257 classes: 256 are the most");
  assertEquals(subset(make([0, 255], 256), "part", Uint32Array.of(1)).labels[0], 255);
});
