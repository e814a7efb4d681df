import { assertEquals, assertThrows } from "@std/assert";
import { sha256 } from "../../src/data/digest.ts";
import { fashionMnist } from "../../src/data/mod.ts";
import { checkTrainSize, split, stratify } from "../../src/data/split.ts";
import { imageSet } from "../../src/data/image_set.ts";
import { UsageError } from "../../src/errors.ts";

/** 60,000 labels, 6,000 a class, in an order of no meaning. */
const labels = Uint8Array.from({ length: 60_000 }, (_, i) => (i * 7919 + Math.floor(i / 10)) % 10);

function counts(values: Uint8Array): number[] {
  const found = new Array<number>(10).fill(0);
  for (const label of values) found[label]++;
  return found;
}

const labelsAt = (indices: Uint32Array) => Uint8Array.from(indices, (index) => labels[index]);

const digest = (indices: Uint32Array) => sha256(new Uint8Array(indices.slice().buffer));

Deno.test("stratify() holds back 1,000 images of each class and loses none", () => {
  const { train, validation } = stratify(labels, 10, 1000);
  assertEquals(counts(labelsAt(validation)), new Array(10).fill(1000));
  assertEquals(counts(labelsAt(train)), new Array(10).fill(5000));
  const all = new Set([...train, ...validation]);
  assertEquals(all.size, 60_000);
});

Deno.test("stratify() is fixed: these are the images of the split", async () => {
  const { train, validation } = stratify(labels, 10, 1000);
  assertEquals(
    [await digest(train), await digest(validation)],
    [
      "c757c5420b65df270e808b3a9306982cc3147d0d56bfe59d5e0d8689cc466680",
      "82c75dd05f7fb0a4edd9c87b74f9bf374a906ae397a103ece87f77cc74091566",
    ],
  );
});

Deno.test("stratify() gives another split for another seed", async () => {
  const first = stratify(labels, 10, 1000, 1).validation;
  const second = stratify(labels, 10, 1000, 2).validation;
  assertEquals(await digest(first) === await digest(second), false);
});

Deno.test("stratify() lets the classes take turns, so that any beginning is balanced", () => {
  const { train } = stratify(labels, 10, 1000);
  for (const size of [1, 9, 10, 25, 1000, 12_345]) {
    const found = counts(labelsAt(train.slice(0, size)));
    assertEquals(Math.max(...found) - Math.min(...found) <= 1, true, `${size}: ${found}`);
  }
});

Deno.test("stratify() keeps going where classes run out", () => {
  const { train, validation } = stratify(Uint8Array.of(0, 0, 0, 1, 0, 1), 2, 1);
  assertEquals([train.length, validation.length], [4, 2]);
  assertThrows(() => stratify(Uint8Array.of(0, 1), 2, 2), RangeError, "one has fewer");
});

Deno.test("checkTrainSize() takes 1 to 50,000 and 60,000 and nothing else", () => {
  for (const size of [1, 32, 49_999, 50_000, 60_000]) checkTrainSize(fashionMnist, size);
  for (const size of [0, -1, 1.5, NaN, Infinity, 50_001, 59_999, 60_001]) {
    assertThrows(
      () => checkTrainSize(fashionMnist, size),
      UsageError,
      `Cannot train on ${size} images: take 1 to`,
    );
  }
});

Deno.test("split() gives training sets that contain each smaller one, and always the same validation set", () => {
  // The first four pixels of each image are its place in the whole set.
  const images = new Uint8Array(60_000 * 784);
  const view = new DataView(images.buffer);
  labels.forEach((_, i) => view.setUint32(784 * i, i));
  const set = imageSet("fashion-mnist/train", images, labels, fashionMnist);
  const places = (pixels: Uint8Array<ArrayBuffer>) => {
    const found = new DataView(pixels.buffer);
    return Array.from({ length: pixels.length / 784 }, (_, i) => found.getUint32(784 * i));
  };
  const small = split(set, fashionMnist, 1000);
  const large = split(set, fashionMnist, 5000);
  assertEquals([small.train.count, large.train.count], [1000, 5000]);
  assertEquals([small.validation?.count, small.validation?.name], [
    10_000,
    "fashion-mnist/validation",
  ]);
  assertEquals(small.validation, large.validation);
  const containing = new Set(places(large.train.images));
  assertEquals(places(small.train.images).every((place) => containing.has(place)), true);
  const all = split(set, fashionMnist, 60_000);
  assertEquals([all.train, all.validation], [set, undefined]);
});
