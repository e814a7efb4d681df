import { assert, assertAlmostEquals, assertThrows } from "@std/assert";
import {
  build,
  conv2d,
  type Initializer,
  kaimingNormal,
  kaimingUniform,
  linear,
  xavierNormal,
  xavierUniform,
} from "../../src/nn/mod.ts";
import { Random } from "../../src/tensor/mod.ts";

const random = new Random(9, "init");

const greatestOf = (values: number[]) =>
  values.reduce((greatest, value) => Math.max(greatest, Math.abs(value)), 0);

function moments(initializer: Initializer, shape: number[]) {
  using tensor = initializer(random, shape, { dtype: "f64" });
  const values = tensor.numbers();
  const mean = values.reduce((sum, value) => sum + value, 0) / values.length;
  const variance = values.reduce((sum, value) => sum + value * value, 0) / values.length;
  return { mean, variance, greatest: greatestOf(values) };
}

const shape = [64, 8, 3, 5]; // fan in 120, fan out 960
const expected: [name: string, initializer: Initializer, variance: number][] = [
  ["kaimingUniform()", kaimingUniform(), 2 / 120],
  ["kaimingUniform() of gradients", kaimingUniform({ fan: "out" }), 2 / 960],
  ["kaimingNormal() for a leaky ReLU", kaimingNormal({ a: 0.5 }), 2 / 1.25 / 120],
  ["xavierUniform()", xavierUniform(), 2 / 1080],
  ["xavierNormal() with a gain", xavierNormal(2), 4 * 2 / 1080],
];

for (const [name, initializer, variance] of expected) {
  Deno.test(`${name} draws with its variance`, () => {
    const found = moments(initializer, shape);
    assertAlmostEquals(found.variance / variance, 1, 0.05);
    assert(Math.abs(found.mean) < 5 * Math.sqrt(variance / 7680));
    if (name.includes("Uniform")) {
      const bound = Math.sqrt(3 * variance);
      assert(found.greatest <= bound && found.greatest > 0.99 * bound);
    }
  });
}

Deno.test("layers begin within PyTorch's bounds: 1 / sqrt(fan in) for weight and bias", () => {
  const layers = [linear(784, 200), conv2d(8, 64, { kernel: [3, 5] })];
  const fanIns = [784, 120];
  layers.forEach((layer, i) => {
    using model = build(layer, random);
    const bound = 1 / Math.sqrt(fanIns[i]);
    for (const { name, tensor } of model.parameters) {
      const greatest = greatestOf(tensor.numbers());
      const least = name === "weight" ? 0.999 : 0.9;
      assert(greatest <= bound * 1.000001 && greatest > least * bound, `${name}: ${greatest}`);
    }
  });
});

Deno.test("initialisers throw on a shape without fans", () => {
  assertThrows(() => kaimingUniform()(random, [3]), RangeError, "Cannot count the fans");
});
