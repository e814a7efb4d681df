import { assertAlmostEquals, assertEquals, assertThrows } from "@std/assert";
import fc from "fast-check";
import { spread, spreadText } from "../../../src/statistics/spread.ts";
import { holm, mcnemar } from "../../../src/statistics/mcnemar.ts";
import { wilsonInterval } from "../../../src/statistics/wilson.ts";
import { readGolden } from "../../golden/golden.ts";

/** What comparison.py writes. */
interface Figures {
  readonly wilson: { right: number; count: number; low: number; high: number }[];
  readonly mcnemar: { first: number; second: number; p: number }[];
  readonly holm: { values: number[]; adjusted: number[] }[];
  readonly spread: { values: number[]; mean: number; deviation: number }[];
}

const [golden] = readGolden<Figures>("comparison").cases;
const near = (actual: readonly number[], expected: readonly number[], relative = 1e-12) => {
  assertEquals(actual.length, expected.length);
  expected.forEach((value, i) => {
    assertAlmostEquals(actual[i], value, relative * Math.max(Math.abs(value), 1e-300));
  });
};

Deno.test("wilsonInterval() is statsmodels' proportion_confint(method='wilson')", () => {
  for (const { right, count, low, high } of golden.wilson) {
    wilsonInterval(right, count).forEach((bound, i) =>
      assertAlmostEquals(bound, [low, high][i], 1e-12, `${right} of ${count}`)
    );
  }
});

Deno.test("wilsonInterval() lies within 0 and 1 around the share", () => {
  fc.assert(fc.property(fc.nat(60_000), fc.nat(60_000), (a, b) => {
    const [right, count] = [Math.min(a, b), Math.max(a, b, 1)];
    const [low, high] = wilsonInterval(right, count);
    const rounding = 1e-15;
    const inside = low - rounding <= right / count && right / count <= high + rounding;
    return inside && 0 <= low && low < high && high <= 1;
  }));
});

Deno.test("wilsonInterval() refuses what is no share", () => {
  for (const [right, count] of [[0, 0], [3, 2], [-1, 2], [NaN, 2]]) {
    assertThrows(() => wilsonInterval(right, count), RangeError);
  }
});

Deno.test("mcnemar() is statsmodels' exact test, down to the smallest numbers", () => {
  for (const { first, second, p } of golden.mcnemar) near([mcnemar(first, second)], [p], 1e-9);
});

Deno.test("mcnemar() is symmetric, 1 where nothing differs, smaller the more it does", () => {
  fc.assert(fc.property(fc.nat(5000), fc.nat(5000), (a, b) => {
    const p = mcnemar(a, b);
    const [less, more] = [Math.min(a, b), Math.max(a, b)];
    return p === mcnemar(b, a) && p >= 0 && p <= 1 && mcnemar(less, more + 1) <= p;
  }));
  assertEquals([mcnemar(0, 0), mcnemar(7, 7), mcnemar(0, 10_000)], [1, 1, 0]);
  for (const bad of [-1, 0.5, NaN]) assertThrows(() => mcnemar(bad, 1), RangeError);
});

Deno.test("holm() is statsmodels' multipletests(method='holm')", () => {
  for (const { values, adjusted } of golden.holm) near(holm(values), adjusted);
  assertEquals(holm([]), []);
});

Deno.test("spread() is NumPy's mean and standard deviation of a sample", () => {
  for (const { values, mean, deviation } of golden.spread) {
    const found = spread(values);
    near([found.mean, found.deviation], [mean, deviation], 1e-9);
  }
  assertEquals(spreadText(spread([0.84, 0.82]), 2, 100), "83.00 ± 1.41");
  assertEquals(spreadText(spread([0.84]), 2, 100), "84.00");
  assertThrows(() => spread([]), RangeError);
});
