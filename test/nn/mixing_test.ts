import { assert, assertAlmostEquals, assertEquals, assertThrows } from "@std/assert";
import {
  build,
  crossEntropyLoss,
  flatten,
  linear,
  lossNote,
  mixing,
  type Step,
} from "../../src/nn/mod.ts";
import { sequential } from "../../src/nn/mod.ts";
import { liveTensors, Random, scope, Tensor } from "../../src/tensor/mod.ts";

const [batch, height, width] = [5, 6, 8];
const pixels = height * width;
const images = new Random(1, "images").uniform([batch, 1, height, width]);
const labels = Tensor.from(Uint32Array.of(0, 1, 2, 3, 1));
const model = build(sequential(flatten, linear(pixels, 4)), new Random(1, "init"));
const values = images.numbers();

/** What a step sees: the images, and the loss of given class scores. */
function seen(options: Parameters<typeof mixing>[0], index: number, scores: Tensor) {
  let found = new Float32Array();
  const look: Step = (_model, batch, mode, loss) => {
    found = batch.images.read() as Float32Array<ArrayBuffer>;
    assertEquals([...batch.labels.read()], [...labels.read()]);
    return { loss: loss(scores, batch.labels, mode), outputs: scores };
  };
  const mode = { training: true, random: new Random(3, "dropout", 0, index) };
  const smoothed = crossEntropyLoss({ labelSmoothing: 0.1 });
  const loss = scope(() =>
    mixing(options, look)(model, { images, labels, classes: 4 }, mode, smoothed).loss.item()
  );
  return { images: found, loss };
}

Deno.test("a training loss of mixed images is not to be compared, and says so", () => {
  const smoothed = crossEntropyLoss({ labelSmoothing: 0.1 });
  assertEquals(
    lossNote(smoothed, mixing({ mixup: 0.2 })),
    "train_loss is with label smoothing 0.1 and mixed images, val_loss and test_loss are without",
  );
  assertEquals(
    lossNote(crossEntropyLoss(), mixing({ cutmix: 1 })),
    "train_loss is with mixed images, val_loss and test_loss are without",
  );
  assertEquals(lossNote(crossEntropyLoss(), mixing({})), undefined);
});

/** timm's `mixup_target` and `SoftTargetCrossEntropy`: mean of -sum(target * logSoftmax(scores)). */
function timmLoss(scores: number[][], share: number): number {
  const classes = 4;
  const off = 0.1 / classes;
  const on = 1 - 0.1 + off;
  const own = [...labels.read()].map(Number);
  const losses = scores.map((row, i) => {
    const total = row.reduce((sum, value) => sum + Math.exp(value), 0);
    return row.reduce((sum, value, c) => {
      const first = c === own[i] ? on : off;
      const second = c === own[batch - 1 - i] ? on : off;
      return sum - (first * share + second * (1 - share)) * (value - Math.log(total));
    }, 0);
  });
  return losses.reduce((sum, loss) => sum + loss, 0) / batch;
}

const rows = Array.from(
  { length: batch },
  (_, i) => Array.from({ length: 4 }, (_, c) => ((3 * i + 5 * c) % 7) / 2 - 1),
);
const scores = Tensor.from(rows);

Deno.test("mixup gives timm's images and loss, each image with the greater share of itself", () => {
  const found = new Set<number>();
  for (let index = 0; index < 20; index++) {
    const chance = new Random(3, "dropout", 0, index).child("mixing").child("share");
    const drawn = chance.beta(0.4);
    const share = Math.max(drawn, 1 - drawn);
    found.add(drawn);
    const mixed = seen({ mixup: 0.4 }, index, scores);
    mixed.images.forEach((value, place) => {
      const other = values[(batch - 1 - Math.floor(place / pixels)) * pixels + place % pixels];
      assertAlmostEquals(value, values[place] * share + other * (1 - share), 1e-6);
    });
    assertAlmostEquals(mixed.loss, timmLoss(rows, share), 1e-6);
  }
  assertEquals(found.size, 20);
});

Deno.test("CutMix puts in a box of timm's size, and weights the labels by what is left of each", () => {
  for (let index = 0; index < 60; index++) {
    const chance = new Random(3, "dropout", 0, index).child("mixing").child("share");
    const drawn = chance.beta(1);
    const mixed = seen({ cutmix: 1 }, index, scores);
    // The image in the middle is its own partner.
    const own = Array.from(mixed.images.subarray(0, pixels), (value, i) => value === values[i]);
    mixed.images.forEach((value, place) => {
      const image = Math.floor(place / pixels);
      const source = own[place % pixels] ? image : batch - 1 - image;
      assertEquals(value, values[source * pixels + place % pixels]);
    });
    const share = own.filter((isOwn) => isOwn).length / pixels;
    assert(share >= 0.5, `${share}`);
    assertAlmostEquals(mixed.loss, timmLoss(rows, share), 1e-6);
    // The box is the smaller part, or the larger one where the two images have changed places.
    const boxes = [true, false].map((value) => boxOf(own, value)).filter((box) =>
      box !== undefined
    );
    const size = (length: number) => 2 * Math.floor(Math.floor(length * Math.sqrt(1 - drawn)) / 2);
    const isTimms = boxes.some(({ top, bottom, left, right }) => {
      const fits = (from: number, to: number, length: number) =>
        from > 0 && to < length ? to - from === size(length) : to - from <= size(length);
      return fits(top, bottom, height) && fits(left, right, width);
    });
    assert(isTimms || size(height) * size(width) === 0, `${drawn}: ${JSON.stringify(boxes)}`);
  }
});

/** The rectangle that these places fill, if they do. */
function boxOf(places: boolean[], value: boolean) {
  const inside = places.flatMap((place, i) => place === value ? [i] : []);
  if (inside.length === 0) return undefined;
  const [ys, xs] = [inside.map((i) => Math.floor(i / width)), inside.map((i) => i % width)];
  const box = {
    top: Math.min(...ys),
    bottom: Math.max(...ys) + 1,
    left: Math.min(...xs),
    right: Math.max(...xs) + 1,
  };
  const isFilled = (box.bottom - box.top) * (box.right - box.left) === inside.length;
  return isFilled ? box : undefined;
}

Deno.test("mixup and CutMix together take turns by chance", () => {
  let cuts = 0;
  for (let index = 0; index < 100; index++) {
    const { images } = seen({ mixup: 1, cutmix: 1 }, index, scores);
    const first = images.subarray(0, pixels);
    const other = values.slice((batch - 1) * pixels);
    if (first.every((value, i) => value === values[i] || value === other[i])) cuts++;
  }
  assert(cuts > 30 && cuts < 70, `${cuts} of 100`);
});

Deno.test("a mixed step needs chance, and leaves no tensor behind", () => {
  const step = mixing({ mixup: 1 });
  assertThrows(
    () => step(model, { images, labels, classes: 4 }, { training: true }, crossEntropyLoss()),
    TypeError,
    "Cannot mix images in training without chance",
  );
  const before = liveTensors();
  scope(() => {
    step(
      model,
      { images, labels, classes: 4 },
      { training: true, random: new Random(1, "a") },
      crossEntropyLoss(),
    );
  });
  assertEquals(liveTensors(), before);
});

Deno.test("Beta(a, a) has the mean 1/2 and the variance 1 / (4 (2 a + 1))", () => {
  for (const a of [0.1, 0.2, 0.4, 1, 2, 10]) {
    const random = new Random(5, "beta");
    const draws = Array.from({ length: 20_000 }, (_, index) => random.at({ index }).beta(a));
    const mean = draws.reduce((sum, draw) => sum + draw, 0) / draws.length;
    const variance = draws.reduce((sum, draw) => sum + (draw - mean) ** 2, 0) / draws.length;
    assert(draws.every((draw) => draw >= 0 && draw <= 1));
    assertAlmostEquals(mean, 0.5, 0.01);
    assertAlmostEquals(variance, 1 / (4 * (2 * a + 1)), 0.003);
  }
  assertThrows(() => new Random(1, "beta").beta(0), RangeError, "Cannot draw of Beta(0, 0)");
});
