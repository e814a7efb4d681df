import { assert, assertAlmostEquals, assertEquals, assertThrows } from "@std/assert";
import {
  avgPool2d,
  batchNorm1d,
  batchNorm2d,
  build,
  conv2d,
  dropout,
  elu,
  flatten,
  gelu,
  groupNorm,
  hardswish,
  type Layer,
  layerNorm,
  layerNorm2d,
  leakyRelu,
  linear,
  maxPool2d,
  mish,
  relu,
  residual,
  rmsNorm,
  sequential,
  sigmoid,
  silu,
  softplus,
  tanh,
} from "../../src/nn/mod.ts";
import { gradients, liveTensors, parameter, Random, scope, Tensor } from "../../src/tensor/mod.ts";
import { assertGradients } from "../tensor/finite_difference.ts";

const random = new Random(1, "init");

Deno.test("build() names parameters and buffers as PyTorch does, nested ones too", () => {
  using model = build(
    sequential(
      conv2d(1, 4, { kernel: 3, bias: false }),
      batchNorm2d(4),
      residual(conv2d(4, 4, { kernel: 3, padding: 1 }), relu),
      sequential(flatten, layerNorm(16), linear(16, 2)),
    ),
    random,
  );
  assertEquals(model.parameters.map(({ name, tensor }) => [name, tensor.shape]), [
    ["0.weight", [4, 1, 3, 3]],
    ["1.weight", [4]],
    ["1.bias", [4]],
    ["2.0.weight", [4, 4, 3, 3]],
    ["2.0.bias", [4]],
    ["3.1.weight", [16]],
    ["3.1.bias", [16]],
    ["3.2.weight", [2, 16]],
    ["3.2.bias", [2]],
  ]);
  assertEquals(model.buffers.map(({ name, tensor }) => [name, tensor.dtype, tensor.shape]), [
    ["1.running_mean", "f32", [4]],
    ["1.running_var", "f32", [4]],
    ["1.num_batches_tracked", "i64", []],
  ]);
});

Deno.test("a layer's kind, numbers and inner layers can be read before and after it is built", () => {
  const text = (layer: Layer): unknown => JSON.parse(JSON.stringify(layer));
  const layer = residual(conv2d(2, 4, { kernel: [3, 1], padding: [1, 0] }), dropout(0.5));
  const shapes = { weight: { shape: [4, 2, 3, 1] }, bias: { shape: [4] } };
  const stepped = { stride: [1, 1], padding: [1, 0], dilation: [1, 1], groups: 1 };
  const sizes = { inputs: 2, outputs: 4, kernel: [3, 1], bias: true };
  const wanted = {
    kind: "residual",
    layers: [
      { kind: "conv2d", ...sizes, ...stepped, parameters: shapes },
      { kind: "dropout", rate: 0.5 },
    ],
  };
  assertEquals(text(layer), wanted);
  using model = build(layer, random);
  assertEquals(text(model.layer), wanted);
  const [{ layer: { kind }, tensors }] = model.modules;
  assertEquals([kind, tensors.weight?.shape], ["conv2d", [4, 2, 3, 1]]);
  assertEquals(
    [maxPool2d(3, { stride: 2 }), batchNorm1d(3, { momentum: 0.5 })].map((each) => {
      const { parameters: _parameters, buffers: _buffers, forward: _forward, ...numbers } = each;
      return numbers;
    }),
    [
      { kind: "maxPool2d", kernel: [3, 3], stride: [2, 2], padding: [0, 0] },
      { kind: "batchNorm1d", features: 3, epsilon: 1e-5, momentum: 0.5 },
    ],
  );
  assertEquals([leakyRelu(), elu(), softplus()].map(text), [
    { kind: "leakyRelu", negativeSlope: 0.01 },
    { kind: "elu", alpha: 1 },
    { kind: "softplus", beta: 1, threshold: 20 },
  ]);
});

Deno.test("build() draws the same weights from the same seed, and others from another", () => {
  const weights = (seed: number) => {
    using model = build(linear(7, 3), new Random(seed, "init"));
    return model.parameters.map(({ tensor }) => tensor.numbers());
  };
  assertEquals(weights(1), weights(1));
  assert(weights(1)[0][0] !== weights(2)[0][0]);
});

Deno.test("disposing a model frees all its tensors", () => {
  const before = liveTensors();
  build(sequential(linear(3, 4), batchNorm1d(4), linear(4, 2)), random)[Symbol.dispose]();
  assertEquals(liveTensors(), before);
});

const shaped: [name: string, layer: Layer, input: number[], output: number[]][] = [
  ["linear", linear(6, 4), [3, 6], [3, 4]],
  ["linear without bias", linear(6, 4, { bias: false }), [3, 6], [3, 4]],
  ["conv2d", conv2d(2, 4, { kernel: [3, 2], stride: 2, groups: 2 }), [1, 2, 7, 6], [1, 4, 3, 3]],
  ["maxPool2d", maxPool2d(3, { stride: 2, padding: 1 }), [1, 2, 7, 6], [1, 2, 4, 3]],
  ["avgPool2d", avgPool2d([2, 3]), [1, 2, 7, 6], [1, 2, 3, 2]],
  ["batchNorm2d", batchNorm2d(3), [2, 3, 4, 4], [2, 3, 4, 4]],
  ["batchNorm1d", batchNorm1d(3), [5, 3], [5, 3]],
  ["layerNorm", layerNorm(3), [5, 2, 3], [5, 2, 3]],
  ["layerNorm2d", layerNorm2d(3), [2, 3, 4, 5], [2, 3, 4, 5]],
  ["groupNorm", groupNorm(2, 4), [3, 4, 2, 3], [3, 4, 2, 3]],
  ["rmsNorm", rmsNorm(3), [5, 2, 3], [5, 2, 3]],
  ["batchNorm2d, relu", sequential(batchNorm2d(3), relu), [2, 3, 4, 4], [2, 3, 4, 4]],
  ["flatten", flatten, [2, 3, 4], [2, 12]],
  ["residual", residual(linear(4, 4), gelu), [3, 4], [3, 4]],
  ["activations", sequential(relu, gelu, silu, tanh, sigmoid), [2, 2], [2, 2]],
  [
    "more activations",
    sequential(leakyRelu(0.1), elu(), softplus({ beta: 2 }), hardswish, mish),
    [2, 2],
    [2, 2],
  ],
];

for (const [name, layer, input, output] of shaped) {
  Deno.test(`${name}: a step gives its shape, right gradients, and leaves no tensor behind`, () => {
    const options = { dtype: "f64" } as const;
    using model = build(layer, random, options);
    using x = parameter(random.child("x").uniform(input, -1, 1, options));
    const before = liveTensors();
    assertEquals(scope(() => model.forward(x).shape), output);
    const leaves = [x, ...model.parameters.map(({ tensor }) => tensor)];
    assertGradients(leaves, () => model.forward(x, { training: true }), name);
    assertEquals(liveTensors(), before);
  });
}

Deno.test("dropout() scales what it leaves, and does nothing in evaluation", () => {
  using model = build(sequential(dropout(0.25)), random);
  using x = Tensor.ones([100, 100]);
  scope(() => {
    const step = new Random(3, "dropout");
    const values = model.forward(x, { training: true, random: step }).numbers();
    const left = values.filter((value) => value !== 0);
    assert(left.every((value) => Math.abs(value - 4 / 3) < 1e-6));
    assertAlmostEquals(left.length / values.length, 0.75, 0.02);
    const again = model.forward(x, { training: true, random: step }).numbers();
    assertEquals(again, values);
    const next = model.forward(x, { training: true, random: step.at({ index: 1 }) }).numbers();
    assert(next.some((value, i) => value !== values[i]));
    assertEquals(model.forward(x).numbers(), x.numbers());
  });
});

Deno.test("two dropout layers of a model drop different values", () => {
  using model = build(sequential(dropout(0.5), dropout(0.5)), random);
  using x = Tensor.ones([1000]);
  const mode = { training: true, random: new Random(3, "dropout") };
  const left = scope(() => model.forward(x, mode).numbers().filter((value) => value > 0).length);
  assertAlmostEquals(left / 1000, 0.25, 0.06);
});

Deno.test("dropout() throws in training without chance", () => {
  using model = build(dropout(0.5), random);
  using x = Tensor.ones([2]);
  assertThrows(() => model.forward(x, { training: true }), TypeError, "pass { random }");
});

Deno.test("batchNorm2d() follows the batches in training and uses them in evaluation", () => {
  using model = build(batchNorm2d(1, { momentum: 0.5 }), random);
  using x = Tensor.from([1, 2, 3, 6], [2, 1, 1, 2]);
  scope(() => {
    const normalised = model.forward(x, { training: true });
    assertAlmostEquals(normalised.mean().item(), 0, 1e-6);
    const [mean, variance, count] = model.buffers.map(({ tensor }) => tensor.numbers()[0]);
    assertAlmostEquals(mean, 1.5, 1e-6);
    assertAlmostEquals(variance, 0.5 + 14 / 3 / 2, 1e-6);
    assertEquals(count, 1);
    const wanted = x.sub(mean).div(Math.sqrt(variance + 1e-5)).numbers();
    model.forward(x).numbers().forEach((value, i) => assertAlmostEquals(value, wanted[i], 1e-6));
    assertEquals(model.buffers[2].tensor.read(), BigInt64Array.of(1n));
  });
});

Deno.test("normalisations far from zero and of constants are right", () => {
  const far = random.child("far").normal([64, 3, 5, 5], 0, 1);
  using layers = build(sequential(batchNorm2d(3)), random);
  using rows = build(layerNorm(75), random);
  using pixels = build(layerNorm2d(3), random);
  using groups = build(groupNorm(1, 3), random);
  scope(() => {
    const x = far.affine(1, 1e4);
    // What is left of the drawn numbers at 10,000.
    const left = x.cast("f64").sub(1e4);
    const normalised = (z: Tensor, dims: number[]) => {
      const apart = z.sub(z.mean(dims, true));
      return apart.div(apart.square().mean(dims, true).add(1e-5).sqrt()).numbers();
    };
    const near = (found: Tensor, wanted: number[]) =>
      found.numbers().forEach((value, i) => assertAlmostEquals(value, wanted[i], 2e-6));
    near(layers.forward(x, { training: true }), normalised(left, [0, 2, 3]));
    near(groups.forward(x), normalised(left, [1, 2, 3]));
    near(pixels.forward(x), normalised(left, [1]));
    near(rows.forward(x.reshape([64, 75])), normalised(left.reshape([64, 75]), [1]));
    const constant = Tensor.full([4, 3, 5, 5], 0.1);
    for (const layer of [layers, groups, pixels]) {
      const y = layer.forward(constant, { training: true }).numbers();
      assert(y.every((value) => Math.abs(value) < 1e-5));
    }
  });
  far.dispose();
});

Deno.test("layers throw on sizes that cannot be", () => {
  assertThrows(() => groupNorm(2, 3), RangeError, "2 groups do not divide 3");
  assertThrows(() => linear(0, 3), RangeError, "Cannot define linear: inputs is 0");
  assertThrows(() => conv2d(3, 4, { kernel: 3, groups: 2 }), RangeError, "2 groups do not divide");
  assertThrows(() => conv2d(3, 4, { kernel: 0 }), RangeError, "the kernel's height is 0");
  assertThrows(() => conv2d(3, 4, { kernel: 3, stride: 0 }), RangeError, "The stride 0");
  assertThrows(() => maxPool2d(2, { padding: 2 }), RangeError, "more than half of the kernel");
  assertThrows(() => dropout(1), RangeError, "the rate 1 is not in [0, 1)");
});

Deno.test("layers throw on inputs that do not fit, and name the shapes", () => {
  using dense = build(linear(4, 2), random);
  using images = build(conv2d(3, 2, { kernel: 3 }), random);
  using norm = build(batchNorm2d(3), random);
  using pool = build(maxPool2d(4), random);
  using x = Tensor.zeros([1, 2, 2, 2]);
  assertThrows(() => dense.forward(x), RangeError, "weight [2, 4] to [1, 2, 2, 2]");
  assertThrows(() => images.forward(x), RangeError, "the weight expects 3 channels");
  assertThrows(() => norm.forward(x), RangeError, "Cannot normalise [1, 2, 2, 2]");
  assertThrows(() => pool.forward(x), RangeError, "window 4 x 4 is larger");
  using bytes = Tensor.zeros([1, 4], { dtype: "u8" });
  const message = "Cannot apply a linear layer of f32 weights to u8: cast the input";
  assertThrows(() => dense.forward(bytes), TypeError, message);
});

Deno.test("the first layer computes no gradient of its input", () => {
  using model = build(conv2d(1, 1, { kernel: 1, bias: false }), random);
  using x = Tensor.full([1, 1, 2, 2], 3);
  const weight = model.parameters[0].tensor;
  assertEquals(scope(() => gradients(model.forward(x).sum(), [weight])[0].numbers()), [12]);
});
