import { assertEquals, assertNotEquals, assertThrows } from "@std/assert";
import type { Augmentation } from "../../src/data/augmentation.ts";
import { type Batch, batchCount, batches } from "../../src/data/batches.ts";
import { imageSet } from "../../src/data/image_set.ts";
import { fashionMnist } from "../../src/data/mod.ts";
import { unload } from "../../src/data/resident.ts";
import { liveTensors, Random, scope } from "../../src/tensor/mod.ts";
import { randomWords } from "./idx_files.ts";

const next = randomWords(7);
const set = imageSet(
  "test",
  Uint8Array.from({ length: 103 * 784 }, () => next() & 255),
  Uint8Array.from({ length: 103 }, (_, i) => i % 10),
  fashionMnist,
);
const random = new Random(42, "shuffle", 3);

const indicesOf = (found: Iterable<Batch>) => Array.from(found, (batch) => [...batch.indices]);
const pixelsOf = (found: Iterable<Batch>) => Array.from(found, (batch) => batch.images.read());

Deno.test("batches() keeps the set's order without a random source, the last partial one included", () => {
  const found = indicesOf(batches(set, 32));
  assertEquals(found.map((indices) => indices.length), [32, 32, 32, 7]);
  assertEquals(found.flat(), Array.from({ length: 103 }, (_, i) => i));
  assertEquals([batchCount(set, 32), batchCount(set, 103), batchCount(set, 104)], [4, 1, 1]);
});

Deno.test("batches() leaves out a partial batch where it is asked to, and a whole one never", () => {
  const dropLast = true;
  const sizes = (batchSize: number, from?: number) =>
    indicesOf(batches(set, batchSize, { dropLast, from })).map(({ length }) => length);
  assertEquals(sizes(32), [32, 32, 32]);
  assertEquals([sizes(103), sizes(104), sizes(32, 2), sizes(32, 3)], [[103], [], [32], []]);
  const counts = [32, 103, 104].map((size) => batchCount(set, size, { dropLast }));
  assertEquals(counts, [3, 1, 0]);
  assertThrows(() => batches(set, 32, { dropLast, from: 4 }), RangeError, "from 0 to 3");
  const shuffled = indicesOf(batches(set, 32, { random, dropLast }));
  assertEquals(shuffled, indicesOf(batches(set, 32, { random })).slice(0, 3));
});

Deno.test("batches() gives each image once in an order of seed and epoch", () => {
  const first = indicesOf(batches(set, 32, { random })).flat();
  assertEquals(first.toSorted((a, b) => a - b), Array.from({ length: 103 }, (_, i) => i));
  assertEquals(indicesOf(batches(set, 32, { random })).flat(), first);
  const later = random.at({ epoch: 4 });
  assertNotEquals(indicesOf(batches(set, 32, { random: later })).flat(), first);
  assertEquals(indicesOf(batches(set, 10, { random })).flat(), first);
});

Deno.test("batches() divides pixels by 255 and gives the labels of the same images", () => {
  for (const { images, labels, indices, count } of batches(set, 32, { random })) {
    assertEquals([images.shape, images.dtype], [[count, 1, 28, 28], "f32"]);
    assertEquals([labels.shape, labels.dtype], [[count], "u32"]);
    const expected = [...indices].flatMap((index) =>
      Array.from(
        set.images.subarray(784 * index, 784 * (index + 1)),
        (pixel) => Math.fround(pixel / 255),
      )
    );
    assertEquals([...images.read()], expected);
    assertEquals([...labels.read()], Array.from(indices, (index) => set.labels[index]));
  }
});

Deno.test("batches() can leave out batches at the beginning without changing the others", () => {
  const all = indicesOf(batches(set, 32, { random }));
  for (let from = 0; from <= 4; from++) {
    assertEquals(indicesOf(batches(set, 32, { random, from })), all.slice(from));
  }
});

Deno.test("batches() can be gone through twice", () => {
  const twice = batches(set, 50, { random });
  assertEquals(indicesOf(twice), indicesOf(twice));
});

Deno.test("batches() frees each batch and keeps the set's bytes until unload()", () => {
  unload(set);
  const before = liveTensors();
  const augment = { flip: true, cropPadding: 2, eraseProbability: 0.5, random };
  scope(() => {
    for (const _ of batches(set, 32, { random, augment })) {
      assertEquals(liveTensors(), before + 4);
    }
  });
  assertEquals(liveTensors(), before + 2);
  for (const _ of batches(set, 32)) break;
  assertEquals(liveTensors(), before + 2);
  unload(set);
  assertEquals(liveTensors(), before);
});

Deno.test("batches() augments an image by its place and the epoch, not by its batch", () => {
  const chance = new Random(42, "augment");
  const augment: Augmentation = {
    flip: true,
    cropPadding: 3,
    eraseProbability: 0.3,
    random: chance,
  };
  const collect = (size: number, epoch: number, from = 0) => {
    const pixels = new Map<number, string>();
    const options = { random: random.at({ epoch }), augment, from };
    for (const { images, indices } of batches(set, size, options)) {
      const values = images.read();
      indices.forEach((index, place) =>
        pixels.set(index, values.slice(784 * place, 784 * (place + 1)).toString())
      );
    }
    return pixels;
  };
  const whole = collect(103, 1);
  for (const [index, image] of collect(10, 1, 4)) assertEquals(image, whole.get(index));
  const other = collect(103, 2);
  const changed = [...whole].filter(([index, image]) => other.get(index) !== image).length;
  assertEquals(changed > 50, true, `${changed} of 103 differ between epochs`);
});

Deno.test("batches() without any augmentation asked for leaves the pixels as they are", () => {
  const augment = { random };
  assertEquals(pixelsOf(batches(set, 32, { augment })), pixelsOf(batches(set, 32)));
});

Deno.test("batches() refuses sizes, places and probabilities out of range", () => {
  for (const size of [0, -1, 1.5, NaN]) {
    assertThrows(() => batches(set, size), RangeError, `The batch size is ${size}`);
  }
  for (const from of [-1, 0.5, 5]) {
    assertThrows(() => batches(set, 32, { from }), RangeError, "The number of batches to skip");
  }
  for (const cropPadding of [-1, 28, 0.5]) {
    const augment = { cropPadding, random };
    assertThrows(() => batches(set, 32, { augment }), RangeError, "The crop padding is");
  }
  for (const eraseProbability of [-0.1, 1.1, NaN]) {
    const augment = { eraseProbability, random };
    assertThrows(() => batches(set, 32, { augment }), RangeError, "The erase probability is");
  }
});

Deno.test("batches() refuses amounts of augmentation out of range, and saturation of gray images", () => {
  const wrong = [
    [{ cutout: 1.5 }, "The augmentation cutout is 1.5: expected pixels"],
    [{ rotate: 181 }, "The augmentation rotate is 181: expected 0 to 180 degrees"],
    [{ translate: -0.1 }, "The augmentation translate is -0.1"],
    [{ zoom: 1 }, "The augmentation zoom is 1"],
    [{ shear: 90 }, "The augmentation shear is 90"],
    [{ brightness: Infinity }, "The augmentation brightness is Infinity"],
    [{ contrast: NaN }, "The augmentation contrast is NaN"],
    [{ saturation: 0.5 }, "saturation is for images of 3 channels, not of 1"],
  ] as const;
  for (const [amounts, message] of wrong) {
    assertThrows(() => batches(set, 32, { augment: { ...amounts, random } }), RangeError, message);
  }
});

Deno.test("an alternating flip mirrors in each epoch the images that the one before did not", () => {
  const epochs = [0, 1, 2].map((epoch) => {
    const mirrored = new Set<number>();
    const augment: Augmentation = { flip: "alternating", random: random.at({ epoch }) };
    const plain = batches(set, 103)[Symbol.iterator]().next().value!.images.read();
    for (const { images } of batches(set, 103, { augment })) {
      images.read().forEach((value, i) => {
        const row = i - i % 28;
        assertEquals(
          [value === plain[i], value === plain[row + 27 - i % 28]].includes(true),
          true,
        );
        if (value !== plain[i]) mirrored.add(Math.floor(i / 784));
      });
    }
    return mirrored;
  });
  assertEquals(epochs[0].intersection(epochs[1]).size, 0);
  assertEquals(epochs[0].union(epochs[1]).size, 103);
  assertEquals(epochs[2], epochs[0]);
  assertEquals(epochs[0].size > 30 && epochs[0].size < 73, true, `${epochs[0].size}`);
});

Deno.test("every augmentation of an image is its own: of its place and the epoch, in any batch", () => {
  const amounts: Augmentation = {
    cutout: 8,
    rotate: 20,
    translate: 0.1,
    zoom: 0.2,
    shear: 10,
    brightness: 0.3,
    contrast: 0.3,
    random,
  };
  const images = (size: number) =>
    pixelsOf(batches(set, size, { augment: amounts })).flatMap((pixels) => [...pixels]);
  const whole = images(103);
  assertEquals(images(10), whole);
  for (const name of ["cutout", "rotate", "translate", "zoom", "shear", "brightness", "contrast"]) {
    const one = { [name]: amounts[name as keyof Augmentation], random };
    const [pixels] = pixelsOf(batches(set, 103, { augment: one }));
    assertNotEquals([...pixels], [...pixelsOf(batches(set, 103))[0]], name);
  }
});

Deno.test("a change of saturation keeps the gray of colours, and gray itself", () => {
  // An image of two colours, and a gray one.
  const pixels = [100, 110, 120, 100, 120, 140, ...Array<number>(6).fill(99)];
  const colours = imageSet(
    "colours",
    Uint8Array.from(pixels),
    Uint8Array.of(0, 1),
    { channels: 3, height: 1, width: 2, classes: ["a", "b"] },
  );
  const gray = (values: number[], pixel: number) =>
    0.2989 * values[pixel] + 0.587 * values[2 + pixel] + 0.114 * values[4 + pixel];
  const read = (augment?: Augmentation) =>
    Array.from(batches(colours, 2, { augment }), ({ images }) => images.numbers())[0];
  const [before, after] = [read(), read({ saturation: 0.5, random })];
  assertNotEquals(after, before);
  // torchvision's weights of the colours add up to 0.9999.
  const rounded = (values: number[]) => values.map((value) => value.toFixed(3));
  assertEquals(
    rounded([0, 1].map((pixel) => gray(after, pixel))),
    rounded([0, 1].map((pixel) => gray(before, pixel))),
  );
  assertEquals(rounded(after.slice(6)), rounded(before.slice(6)));
});
