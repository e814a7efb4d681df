import { assertAlmostEquals, assertEquals, assertThrows } from "@std/assert";
import { Coverage, type Point } from "../../../src/data/synthetic/coverage.ts";
import { Dice } from "../../../src/data/synthetic/dice.ts";
import { randomWords } from "../idx_files.ts";

function cover(size: number, ...corners: Point[]): number[] {
  const coverage = new Coverage(size);
  coverage.fill(corners);
  const { values, top, bottom } = coverage;
  return Array.from(values, (value, i) => i >= top * size && i < bottom * size ? value : 0);
}

Deno.test("Coverage.fill() covers parts of pixels exactly", () => {
  const rectangle = cover(3, [0.5, 0.25], [2, 0.25], [2, 2], [0.5, 2]);
  assertEquals(rectangle, [0.375, 0.75, 0, 0.5, 1, 0, 0, 0, 0]);
  assertEquals(cover(2, [0, 0], [2, 0], [0, 2]), [1, 0.5, 0.5, 0]);
});

Deno.test("Coverage.fill() does not depend on the direction or the first corner", () => {
  const corners: Point[] = [[0.3, 0.1], [3.7, 1.2], [2.2, 3.9], [0.4, 2.5]];
  const expected = cover(4, ...corners);
  for (
    const other of [cover(4, ...corners.toReversed()), cover(4, ...corners.slice(1), corners[0])]
  ) {
    other.forEach((value, i) => assertAlmostEquals(value, expected[i], 1e-12));
  }
});

Deno.test("Coverage.fill() adds up to a triangle's area", () => {
  const next = randomWords(6);
  const place = () => 8 * next() / 2 ** 32;
  for (let i = 0; i < 500; i++) {
    const [a, b, c]: Point[] = [[place(), place()], [place(), place()], [place(), place()]];
    const area = 0.5 * Math.abs((b[0] - a[0]) * (c[1] - a[1]) - (c[0] - a[0]) * (b[1] - a[1]));
    const covered = cover(8, a, b, c).reduce((sum, value) => sum + value, 0);
    assertAlmostEquals(covered, area, 1e-9);
  }
});

Deno.test("Coverage.fill() cuts off what lies outside", () => {
  assertEquals(cover(2, [-5, -5], [7, -5], [7, 7], [-5, 7]), [1, 1, 1, 1]);
  assertEquals(cover(2, [-500, 0], [500, 0], [500, 1], [-500, 1]), [1, 1, 0, 0]);
  assertEquals(cover(2, [5, 0], [9, 0], [9, 2], [5, 2]), [0, 0, 0, 0]);
  assertEquals(cover(2, [0, 3], [2, 3], [2, 9]), [0, 0, 0, 0]);
});

Deno.test("Dice draws from its words in order and says when they are used up", () => {
  const dice = new Dice(Uint32Array.of(0, 2 ** 31, 2 ** 32 - 1, 2 ** 30, 2 ** 30));
  assertEquals(dice.uniform(), 0);
  assertEquals(dice.between(2, 4), 3);
  assertEquals(dice.below(10), 9);
  assertEquals(dice.around(0, 8), 2);
  assertThrows(() => dice.chance(0.5), RangeError, "used up its words");
});
