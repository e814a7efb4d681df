import { assertAlmostEquals, assertEquals, assertThrows } from "@std/assert";
import {
  constant,
  cosine,
  oneCycle,
  plateau,
  type Schedule,
  schedules,
  stepDecay,
} from "../../src/nn/mod.ts";

/** The rates of a run whose epochs have one step each. */
const rates = (schedule: Schedule, steps: number) =>
  Array.from({ length: steps }, (_, step) => rateOf(schedule, 1, step, steps));

const rateOf = (schedule: Schedule, base: number, step: number, totalSteps: number) =>
  schedule.rate(base, step, { stepsPerEpoch: 1, totalSteps });

Deno.test("constant() stays", () => {
  assertEquals(rates(constant(), 3), [1, 1, 1]);
});

Deno.test("stepDecay() falls by its factor after every so many epochs", () => {
  const schedule = stepDecay({ stepSize: 2, gamma: 0.5 });
  assertEquals(rates(schedule, 5), [1, 1, 0.5, 0.5, 0.25]);
  const run = { stepsPerEpoch: 10, totalSteps: 50 };
  assertEquals([19, 20, 40].map((step) => schedule.rate(1, step, run)), [1, 0.5, 0.25]);
});

Deno.test("cosine() passes half of the rate at half of the run, and would end at 0", () => {
  const schedule = cosine();
  assertEquals(rateOf(schedule, 0.1, 0, 100), 0.1);
  assertAlmostEquals(rateOf(schedule, 0.1, 50, 100), 0.05, 1e-15);
  assertAlmostEquals(rateOf(schedule, 0.1, 100, 100), 0, 1e-15);
});

Deno.test("a schedule warms up in a line and reaches the rate after the last warm-up step", () => {
  const found = rates(constant({ warmupEpochs: 4, warmupStart: 0.2 }), 6);
  [0.2, 0.4, 0.6, 0.8, 1, 1].forEach((rate, i) => assertAlmostEquals(found[i], rate, 1e-15));
});

Deno.test("oneCycle() rises to the rate and falls far below where it began", () => {
  const found = rates(oneCycle(), 100);
  assertAlmostEquals(found[0], 1 / 25, 1e-12);
  assertAlmostEquals(found[29], 1, 1e-12);
  assertAlmostEquals(found[99], 1 / 25e4, 1e-12);
  assertEquals(Math.max(...found), found[29]);
});

Deno.test("a schedule is finite in runs of a single step", () => {
  for (const schedule of schedules.map((spec) => spec.of({}))) {
    const found = rateOf(schedule, 0.1, 0, 1);
    assertEquals(Number.isFinite(found) && found >= 0, true, schedule.name);
  }
});

Deno.test("the plateau's epochs begin after the warm-up", () => {
  const schedule = plateau({ patience: 0, gamma: 0.5, warmupEpochs: 2 });
  const run = { stepsPerEpoch: 1, totalSteps: 6, validationLosses: [1, 2, 3, 4, 2, 2] };
  const found = [0, 1, 2, 3, 4, 5].map((step) => schedule.rate(1, step, run));
  assertEquals(found.slice(2), [1, 1, 0.5, 0.5]);
});

Deno.test("a schedule throws on settings out of range, and on a warm-up before its own rise", () => {
  const refuse = (make: () => Schedule, message: string) => assertThrows(make, RangeError, message);
  refuse(() => stepDecay({ stepSize: 0 }), "step: stepSize must be at least 1, not 0");
  refuse(() => cosine({ warmupEpochs: 0.5 }), "cosine: warmupEpochs must be a whole number");
  refuse(() => oneCycle({ warmupEpochs: 1 }), "one-cycle: warmupEpochs is not for a schedule");
  const run = { stepsPerEpoch: 1, totalSteps: 2 };
  assertThrows(() => plateau().rate(1, 1, run), RangeError, "it needs validation images");
  refuse(() => cosine.of({ gamma: 1 }), 'cosine: there is no setting "gamma"');
});
