import { assert, assertAlmostEquals, assertEquals } from "@std/assert";
import { flatten, linear, sequential } from "../../src/nn/mod.ts";
import { liveTensors } from "../../src/tensor/mod.ts";
import { unload } from "../../src/data/mod.ts";
import { rateTest, steepestRate } from "../../src/train/rate_range.ts";
import { data, recipe } from "./fixtures.ts";

const layer = sequential(flatten, linear(784, 10));

Deno.test("a range test tries rates of a geometric series, over epochs, and leaves nothing behind", () => {
  unload(data.train);
  const before = liveTensors();
  const range = { from: 1e-4, to: 0.01, steps: 9 };
  const points = rateTest(layer, recipe({ lr: 5, lrWarmupEpochs: 1 }), data.train, range);
  unload(data.train);
  assertEquals(liveTensors(), before);
  points.forEach(({ lr }, i) => assertAlmostEquals(lr, 1e-4 * 10 ** (i / 4), 1e-12));
  assertEquals(points.length, 9);
  assertEquals(points, rateTest(layer, recipe(), data.train, range));
  // The mean of the losses with weights 0.9 ^ age.
  const [{ loss: first }, { loss: second, smoothed }] = points;
  assertEquals(points[0].smoothed, first);
  assertAlmostEquals(smoothed, (0.9 * first + second) / 1.9, 1e-6);
});

Deno.test("a range test ends where the loss explodes", () => {
  const points = rateTest(layer, recipe({ opt: "sgd" }), data.train, { from: 0.01, to: 1e6 });
  assert(points.length < 100, `${points.length} steps`);
});

Deno.test("the steepest fall is found, after the first steps; a loss that rises has none", () => {
  const points = (means: number[]) =>
    means.map((smoothed, i) => ({ lr: i + 1, loss: smoothed, smoothed }));
  assertEquals(steepestRate(points([9, 2, 2, 1.9, 1.5, 1.4, 3])), 5);
  assertEquals(steepestRate(points([1, 1, 2, 3])), undefined);
  assertEquals(steepestRate([]), undefined);
});
