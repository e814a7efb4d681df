import { assertEquals, assertNotEquals } from "@std/assert";
import {
  batchNorm2d,
  build,
  conv2d,
  flatten,
  type Layer,
  linear,
  maxPool2d,
  relu,
  residual,
  sequential,
} from "../../src/nn/mod.ts";
import { plan } from "../../src/nn/fusion.ts";
import { cnn, nonlinear } from "../../src/models/mod.ts";
import {
  gradients,
  liveTensors,
  parameter,
  Random,
  scope,
  type Shape,
} from "../../src/tensor/mod.ts";

const random = new Random(5, "test/fusion");

/** Output, gradient of the input and gradients of the parameters, with and without fusion. */
function bits(layer: Layer, shape: Shape, fuse: boolean) {
  using model = build(layer, random.child("init"), { fuse });
  using x = parameter(random.uniform(shape, -1, 1));
  const parameters = model.parameters.map(({ tensor }) => tensor);
  return scope(() => {
    const y = model.forward(x, { training: true });
    const loss = y.mul(random.child("weights").uniform(y.shape, -1, 1)).sum();
    return [y, ...gradients(loss, [x, ...parameters])].map((tensor) => tensor.read());
  });
}

const wide = { kernel: 3, padding: 1 };
const chains: [name: string, layer: Layer, shape: Shape][] = [
  ["conv2d, relu", sequential(conv2d(3, 4, wide), relu), [5, 3, 7, 6]],
  ["conv2d, relu, conv2d", sequential(conv2d(2, 5, wide), relu, conv2d(5, 3, wide)), [
    ...[17, 2, 5, 5],
  ]],
  [
    "conv2d, relu, maxPool2d",
    sequential(conv2d(1, 4, { kernel: 3 }), relu, maxPool2d(2)),
    [3, 1, 9, 9],
  ],
  [
    "conv2d, relu, overlapping maxPool2d",
    sequential(conv2d(2, 2, { kernel: 3 }), relu, maxPool2d(3, { stride: 2, padding: 1 })),
    [3, 2, 8, 9],
  ],
  ["conv2d, maxPool2d", sequential(conv2d(2, 3, wide), maxPool2d([2, 1])), [3, 2, 6, 5]],
  [
    "wide conv2d, relu, maxPool2d",
    sequential(conv2d(8, 9, wide), relu, maxPool2d(2), conv2d(9, 8, wide), relu, maxPool2d(2)),
    [17, 8, 10, 9],
  ],
  [
    "wide conv2d, relu, maxPool2d of few images",
    sequential(conv2d(9, 8, { kernel: 3 }), relu, maxPool2d(2)),
    [3, 9, 9, 12],
  ],
  [
    "wide conv2d, maxPool2d",
    sequential(conv2d(8, 8, { ...wide, bias: false }), maxPool2d(2)),
    [8, 8, 6, 6],
  ],
  [
    "wide conv2d, relu, overlapping maxPool2d",
    sequential(conv2d(8, 8, wide), relu, maxPool2d(3, { stride: 2, padding: 1 })),
    [2, 8, 6, 6],
  ],
  ["conv2d, relu, relu, maxPool2d", sequential(conv2d(2, 2, wide), relu, relu, maxPool2d(2)), [
    ...[2, 2, 6, 6],
  ]],
  ["relu, conv2d", sequential(relu, conv2d(2, 2, wide)), [2, 2, 5, 4]],
  ["relu, maxPool2d", sequential(relu, maxPool2d(2)), [2, 2, 6, 4]],
  [
    "batchNorm2d, relu, conv2d",
    sequential(conv2d(2, 3, wide), batchNorm2d(3), relu, conv2d(3, 2, wide)),
    [4, 2, 5, 5],
  ],
  [
    "strided, grouped conv2d after relu",
    sequential(
      conv2d(2, 4, wide),
      relu,
      conv2d(4, 6, { kernel: 2, stride: 2, groups: 2, dilation: 2 }),
    ),
    [3, 2, 7, 6],
  ],
  ["linear, relu, linear", sequential(linear(9, 17), relu, linear(17, 3)), [33, 9]],
  [
    "residual",
    sequential(conv2d(2, 3, wide), relu, residual(conv2d(3, 3, wide), relu), relu, maxPool2d(2)),
    [2, 2, 6, 6],
  ],
  ["the nonlinear model", nonlinear(), [32, 1, 28, 28]],
  ["the convolutional model", cnn(), [8, 1, 28, 28]],
];

for (const [name, layer, shape] of chains) {
  Deno.test(`sequential() joins operations bit for bit: ${name}`, () => {
    assertEquals(bits(layer, shape, true), bits(layer, shape, false));
  });
}

Deno.test("sequential() joins what the convolutional model is made of", () => {
  const pool = maxPool2d(2);
  const layers = [
    conv2d(1, 2, wide),
    relu,
    conv2d(2, 2, wide),
    relu,
    pool,
    flatten,
    linear(8, 4),
    relu,
    linear(4, 2),
  ];
  const { pooling } = pool;
  const none = { relu: false, reluGradientDone: false, inputFromRelu: false, pooling: undefined };
  assertEquals(plan(layers).map(({ index, fusion }) => ({ index, ...fusion })), [
    { ...none, index: 0, relu: true, reluGradientDone: true },
    { index: 2, relu: true, reluGradientDone: true, inputFromRelu: true, pooling },
    { ...none, index: 4, inputFromRelu: true },
    { ...none, index: 5 },
    { ...none, index: 6, relu: true },
    { ...none, index: 8 },
  ]);
});

Deno.test("sequential() keeps no convolution's output where a max-pooling takes it at once", () => {
  using model = build(sequential(conv2d(8, 8, wide), relu, maxPool2d(2)), random);
  using x = random.uniform([2, 8, 6, 6]);
  const before = liveTensors();
  using y = model.forward(x);
  assertEquals([liveTensors() - before, y.node?.inputs.length], [2, 3], "the pooled output, taps");
});

Deno.test("a different input gives different bits, so that the comparison can fail", () => {
  const layer = sequential(linear(3, 2), relu);
  assertNotEquals(bits(layer, [2, 3], true), bits(layer, [3, 3], true));
});
