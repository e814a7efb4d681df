import { assert, assertEquals, assertNotEquals, assertThrows } from "@std/assert";
import { Random } from "../../src/tensor/mod.ts";

const random = new Random(42, "test");

Deno.test("Random is a pure function of seed, purpose, epoch and index", () => {
  assertEquals(random.bits(8), new Random(42, "test").bits(8));
  const others = [
    new Random(43, "test"),
    new Random(42, "other"),
    random.at({ epoch: 1 }),
    random.at({ index: 1 }),
    random.child("part"),
  ];
  const seen = new Set([random, ...others].map((one) => one.bits(4).join()));
  assertEquals(seen.size, 6);
});

Deno.test("Random.at() changes only what it names", () => {
  const { seed, purpose, epoch, index } = random.at({ epoch: 3 }).at({ index: 5 });
  assertEquals([seed, purpose, epoch, index], [42, "test", 3, 5]);
});

Deno.test("Random.permutation() holds every number once", () => {
  const order = random.permutation(1000);
  assertNotEquals(order, order.toSorted());
  assertEquals(order.toSorted(), Uint32Array.from({ length: 1000 }, (_, i) => i));
});

Deno.test("Random.uniform() has the mean and variance of its range", () => {
  using drawn = random.uniform([100, 100], -1, 3);
  const values = drawn.numbers();
  assert(values.every((value) => value >= -1 && value < 3));
  assertMoments(values, 1, 16 / 12);
});

Deno.test("Random.normal() has its mean and variance", () => {
  using drawn = random.normal([100, 100], 2, 3, { dtype: "f64" });
  assertMoments(drawn.numbers(), 2, 9);
});

Deno.test("Random.uniforms() lie in [0, 1)", () => {
  const values = random.uniforms(10_000);
  assert(values.every((value) => value >= 0 && value < 1));
  assertMoments([...values], 0.5, 1 / 12);
});

Deno.test("Random throws on numbers that are no unsigned 32-bit integers", () => {
  assertThrows(() => new Random(-1, "test"), RangeError, "The seed -1 is not a whole number");
  assertThrows(() => new Random(0.5, "test"), RangeError, "seed");
  assertThrows(() => random.at({ epoch: 2 ** 32 }), RangeError, "epoch");
});

function assertMoments(values: number[], mean: number, variance: number): void {
  const count = values.length;
  const found = values.reduce((sum, value) => sum + value, 0) / count;
  const spread = values.reduce((sum, value) => sum + (value - found) * (value - found), 0) / count;
  // Five standard errors of the mean; the variance within a tenth.
  assert(Math.abs(found - mean) < 5 * Math.sqrt(variance / count), `mean ${found}`);
  assert(Math.abs(spread / variance - 1) < 0.1, `variance ${spread}`);
}
