import { assertAlmostEquals, assertEquals } from "@std/assert";
import { learningRate, type Schedule } from "../../src/nn/mod.ts";

const rates = (schedule: Schedule, steps: number) =>
  Array.from({ length: steps }, (_, step) => learningRate(schedule, 1, step, steps));

Deno.test("learningRate() constant stays", () => {
  assertEquals(rates({ name: "constant" }, 3), [1, 1, 1]);
});

Deno.test("learningRate() step falls by its factor after every so many steps", () => {
  assertEquals(rates({ name: "step", size: 2, gamma: 0.5 }, 5), [1, 1, 0.5, 0.5, 0.25]);
});

Deno.test("learningRate() cosine passes half of the rate at half of the run, and would end at 0", () => {
  const schedule: Schedule = { name: "cosine" };
  assertEquals(learningRate(schedule, 0.1, 0, 100), 0.1);
  assertAlmostEquals(learningRate(schedule, 0.1, 50, 100), 0.05, 1e-15);
  assertAlmostEquals(learningRate(schedule, 0.1, 100, 100), 0, 1e-15);
});

Deno.test("learningRate() warms up in a line and reaches the rate after the last warm-up step", () => {
  const found = rates({ name: "constant", warmupSteps: 4, warmupStart: 0.2 }, 6);
  [0.2, 0.4, 0.6, 0.8, 1, 1].forEach((rate, i) => assertAlmostEquals(found[i], rate, 1e-15));
});

Deno.test("learningRate() one-cycle rises to the rate and falls far below where it began", () => {
  const found = rates({ name: "one-cycle" }, 100);
  assertAlmostEquals(found[0], 1 / 25, 1e-12);
  assertAlmostEquals(found[29], 1, 1e-12);
  assertAlmostEquals(found[99], 1 / 25e4, 1e-12);
  assertEquals(Math.max(...found), found[29]);
});

Deno.test("learningRate() is finite in runs of a single step", () => {
  for (const name of ["constant", "cosine", "one-cycle"] as const) {
    const found = learningRate({ name }, 0.1, 0, 1);
    assertEquals(Number.isFinite(found) && found >= 0, true, name);
  }
});
