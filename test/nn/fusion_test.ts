import { assert, assertEquals, assertNotEquals, assertThrows } from "@std/assert";
import {
  avgPool2d,
  batchNorm1d,
  batchNorm2d,
  build,
  conv2d,
  elu,
  flatten,
  gelu,
  groupNorm,
  hardswish,
  type Layer,
  leakyRelu,
  linear,
  maxPool2d,
  mish,
  type Mode,
  type Module,
  relu,
  residual,
  sequential,
  sigmoid,
  silu,
  softplus,
  tanh,
} from "../../src/nn/mod.ts";
import { plan } from "../../src/nn/fusion.ts";
import { cnn, nonlinear } from "../../src/models/mod.ts";
import {
  gradients,
  liveTensors,
  noGradients,
  parameter,
  Random,
  scope,
  type Shape,
  type Tensor,
} from "../../src/tensor/mod.ts";

const random = new Random(5, "test/fusion");

/** What a module computes with every layer run by itself. */
function unjoined(module: Module, x: Tensor, mode: Mode): Tensor {
  const { layer: { kind }, modules } = module;
  if (modules.length === 0) return module.forward(x, mode);
  if (kind === "residual" && modules[0].layer.kind === "sequential") {
    const [change, shortcut] = modules;
    return unjoined(shortcut, x, mode).add(unjoined(change, x, mode));
  }
  const inner = modules.reduce((value, each) => unjoined(each, value, mode), x);
  return kind === "residual" ? x.add(inner) : inner;
}

/** Output, gradient of the input and gradients of the parameters, joined or not. */
function bits(layer: Layer, shape: Shape, joined: boolean, training = true) {
  using model = build(layer, random.child("init"));
  using x = parameter(random.uniform(shape, -1, 1));
  const parameters = model.parameters.map(({ tensor }) => tensor);
  const mode = { training };
  return scope(() => {
    const y = joined ? model.forward(x, mode) : unjoined(model, x, mode);
    const loss = y.mul(random.child("weights").uniform(y.shape, -1, 1)).sum();
    return [y, ...gradients(loss, [x, ...parameters])].map((tensor) => tensor.read());
  });
}

const wide = { kernel: 3, padding: 1 };
const point = { kernel: 1 };
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
    "conv2d, batchNorm2d, relu, maxPool2d",
    sequential(conv2d(2, 3, wide), batchNorm2d(3), relu, maxPool2d(2)),
    [4, 2, 6, 6],
  ],
  ["linear, batchNorm1d, relu", sequential(linear(9, 17), batchNorm1d(17), relu), [33, 9]],
  [
    "groupNorm, relu, conv2d",
    sequential(groupNorm(2, 4), relu, conv2d(4, 2, wide)),
    [3, 4, 5, 6],
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
  [
    "conv2d, batchNorm2d, relu, maxPool2d of many images",
    sequential(conv2d(2, 3, wide), batchNorm2d(3), relu, maxPool2d(2), conv2d(3, 2, wide)),
    [19, 2, 7, 9],
  ],
  [
    "batchNorm2d, maxPool2d of many images",
    sequential(batchNorm2d(2), maxPool2d(2)),
    [40, 2, 12, 9],
  ],
  [
    "batchNorm2d, relu, overlapping maxPool2d",
    sequential(batchNorm2d(2), relu, maxPool2d(3, { stride: 2, padding: 1 })),
    [9, 2, 6, 7],
  ],
  [
    "residual of batchNorm2d, relu",
    sequential(
      conv2d(2, 8, wide),
      residual(conv2d(8, 8, wide), batchNorm2d(8), relu, conv2d(8, 8, wide), batchNorm2d(8)),
      relu,
      residual(conv2d(8, 8, wide), batchNorm2d(8)),
      maxPool2d(2),
    ),
    [9, 2, 6, 5],
  ],
  [
    "residual of batchNorm2d with a shortcut, relu",
    sequential(
      residual(
        {
          shortcut: sequential(
            conv2d(3, 8, { kernel: 1, stride: 2, bias: false }),
            batchNorm2d(8),
          ),
        },
        conv2d(3, 8, { ...wide, stride: 2, bias: false }),
        batchNorm2d(8),
        relu,
        conv2d(8, 8, wide),
        batchNorm2d(8),
      ),
      relu,
    ),
    [5, 3, 8, 7],
  ],
  [
    "residual of conv2d, relu",
    sequential(
      residual(conv2d(8, 8, wide), relu, conv2d(8, 8, wide)),
      relu,
      residual({ shortcut: conv2d(8, 3, { kernel: 1 }) }, batchNorm2d(8), relu, conv2d(8, 3, wide)),
      residual(conv2d(3, 3, wide)),
    ),
    [3, 8, 6, 5],
  ],
  [
    "residual that ends in a joined relu, or adds by broadcasting",
    sequential(
      residual(conv2d(2, 2, wide), batchNorm2d(2), relu),
      relu,
      residual(avgPool2d(4), conv2d(2, 2, { kernel: 1 })),
      relu,
    ),
    [6, 2, 4, 4],
  ],
  ["residual of linear, batchNorm1d", residual(linear(9, 9), batchNorm1d(9)), [33, 9]],
  ...[gelu, silu, tanh, sigmoid, hardswish, mish, leakyRelu(0.2), elu(1.5), softplus()].flatMap(
    (activation): typeof chains => [
      [
        `conv2d, ${activation.kind}, wide conv2d, ${activation.kind}`,
        sequential(conv2d(8, 8, point), activation, conv2d(8, 9, wide), activation),
        [19, 8, 7, 6],
      ],
      [
        `linear, ${activation.kind}`,
        sequential(linear(9, 17), activation, linear(17, 3, { bias: false }), activation),
        [33, 9],
      ],
    ],
  ),
  [
    "conv2d, relu, avgPool2d, wide conv2d, avgPool2d",
    sequential(conv2d(2, 8, point), relu, avgPool2d(2), conv2d(8, 8, wide), avgPool2d([2, 3])),
    [9, 2, 9, 9],
  ],
  [
    "conv2d, overlapping avgPool2d",
    sequential(conv2d(2, 3, point), avgPool2d(3, { stride: 2, padding: 1 })),
    [3, 2, 6, 7],
  ],
  [
    "depthwise and 1x1 conv2d with batchNorm2d, relu between",
    sequential(
      ...[conv2d(2, 8, point), batchNorm2d(8), relu],
      ...[conv2d(8, 8, { ...wide, groups: 8, bias: false }), batchNorm2d(8), relu],
      ...[conv2d(8, 12, { ...point, stride: 2 }), batchNorm2d(12)],
      ...[conv2d(12, 6, { kernel: 5, padding: 2, groups: 2 }), batchNorm2d(6), relu],
      residual(conv2d(6, 6, point), batchNorm2d(6), conv2d(6, 6, point), batchNorm2d(6)),
      ...[relu, conv2d(6, 4, point), gelu],
    ),
    [17, 2, 9, 8],
  ],
  [
    "batchNorm2d, relu before a conv2d with what it is joined with",
    sequential(
      ...[batchNorm2d(2), relu, conv2d(2, 3, point), relu, maxPool2d(2)],
      ...[batchNorm2d(3), relu, conv2d(3, 4, point), gelu],
      ...[batchNorm2d(4), conv2d(4, 4, point), relu, avgPool2d(2)],
    ),
    [5, 2, 9, 8],
  ],
  ["the nonlinear model", nonlinear(), [32, 1, 28, 28]],
  ["the convolutional model", cnn(), [8, 1, 28, 28]],
];

/** Whether evaluation folds a normalisation in it. */
const folds = ({ layers = [] }: Layer): boolean =>
  plan(layers, false).some((pass) => pass.folds) || layers.some(folds);

for (const [name, layer, shape] of chains) {
  Deno.test(`sequential() joins operations bit for bit: ${name}`, () => {
    assertEquals(bits(layer, shape, true), bits(layer, shape, false));
    if (folds(layer)) return;
    const evaluated = [true, false].map((joined) => bits(layer, shape, joined, false));
    assertEquals(evaluated[0], evaluated[1]);
  });
}

const plans: [name: string, layers: readonly Layer[], passes: string[]][] = [
  ["the nonlinear model", nonlinear().layers!, ["flatten", "linear relu", "linear"]],
  ["the convolutional model", cnn().layers!, [
    "conv2d relu, its gradient left",
    "left gradient, conv2d relu maxPool2d",
    "conv2d relu, its gradient left",
    "left gradient, conv2d relu maxPool2d",
    "flatten",
    "linear",
  ]],
  ["max-pooling before a ReLU", [conv2d(1, 1, wide), maxPool2d(2), relu], [
    "conv2d maxPool2d",
    "relu",
  ]],
  ["two ReLUs", [conv2d(1, 1, wide), relu, relu, maxPool2d(2), relu], [
    "conv2d relu",
    "relu, its gradient left",
    "left gradient, maxPool2d",
    "relu",
  ]],
  ["a linear layer's ReLU before a convolution", [linear(1, 1), relu, conv2d(1, 1, wide)], [
    "linear relu",
    "conv2d",
  ]],
  ["a layer of another kind between", [conv2d(1, 1, wide), avgPool2d(2), relu], [
    ...["conv2d", "avgPool2d", "relu"],
  ]],
  ["a normalisation between", [conv2d(1, 1, wide), batchNorm2d(1), relu], [
    ...["conv2d", "batchNorm2d relu"],
  ]],
  [
    "a normalisation's ReLU before a max-pooling",
    [conv2d(1, 1, wide), batchNorm2d(1), relu, maxPool2d(2)],
    ["conv2d", "batchNorm2d relu maxPool2d"],
  ],
  [
    "a normalisation that the convolution after it applies",
    [
      conv2d(8, 8, wide),
      batchNorm2d(8),
      relu,
      conv2d(8, 4, point),
      batchNorm2d(4),
      conv2d(4, 4, wide),
    ],
    [
      ...["conv2d, its statistics", "batchNorm2d relu, pending", "conv2d, its statistics"],
      ...["batchNorm2d, pending", "conv2d"],
    ],
  ],
  [
    "a normalisation before a convolution by tiles",
    [conv2d(8, 8, wide), batchNorm2d(8), relu, conv2d(8, 8, wide)],
    ["conv2d", "batchNorm2d relu, its gradient left", "left gradient, conv2d"],
  ],
  ["a residual block's ReLU", [residual(relu), relu, conv2d(1, 1, wide)], [
    "residual relu",
    "conv2d",
  ]],
];

const evaluated: typeof plans = [
  ["activation functions", [
    conv2d(1, 1, wide),
    gelu,
    relu,
    linear(1, 1),
    elu(),
    conv2d(1, 1, wide),
  ], [
    ...["conv2d gelu", "relu", "linear elu", "conv2d"],
  ]],
  ["average-pooling", [
    conv2d(1, 1, wide),
    relu,
    avgPool2d(2),
    conv2d(1, 1, wide),
    gelu,
    avgPool2d(2),
  ], [
    ...["conv2d relu avgPool2d", "conv2d gelu", "avgPool2d"],
  ]],
];

const all = [
  ...plans.map((each) => ({ each, training: true })),
  ...evaluated.map((each) => ({
    each,
    training: false,
  })),
];

for (const { each: [name, layers, passes], training } of all) {
  Deno.test(`sequential() joins as few as save a pass over memory: ${name}`, () => {
    const found = plan(layers, training).map((pass) =>
      (pass.inputFromRelu ? "left gradient, " : "") +
      pass.layers.map(({ kind }) => kind).join(" ") +
      (pass.reluGradientDone ? ", its gradient left" : "") +
      (pass.gathers ? ", its statistics" : "") + (pass.pends ? ", pending" : "")
    );
    assertEquals(found, passes);
  });
}

Deno.test("sequential() keeps no convolution's output where a max-pooling takes it at once", () => {
  using model = build(sequential(conv2d(8, 8, wide), relu, maxPool2d(2)), random);
  using x = random.uniform([2, 8, 6, 6]);
  const before = liveTensors();
  using y = model.forward(x);
  assertEquals(
    [liveTensors() - before, y.node?.inputs.length],
    [2, 3],
    "the pooled output, its argmax",
  );
});

Deno.test("evaluation applies a normalisation while the convolution after it reads", () => {
  const layer = sequential(batchNorm2d(3), relu, conv2d(3, 4, point), relu);
  const passes = plan(layer.layers!, false);
  assertEquals(passes.map(({ pends, layers }) => [pends, layers.length]), [[true, 2], [false, 2]]);
  using model = build(layer, random);
  using x = random.uniform([5, 3, 6, 6]);
  const before = liveTensors();
  noGradients(() => {
    using joined = model.forward(x);
    assertEquals(liveTensors() - before, 1, "the output alone");
    using apart = unjoined(model, x, { training: false });
    assertEquals(joined.read(), apart.read());
  });
});

Deno.test("training keeps no normalised images where the convolution after them applies it", () => {
  const layer = sequential(conv2d(3, 4, point), batchNorm2d(4), relu, conv2d(4, 4, point));
  using model = build(layer, random);
  using x = random.uniform([5, 3, 6, 6]);
  const before = liveTensors();
  using y = model.forward(x, { training: true });
  assertEquals(liveTensors() - before, 4, "two outputs, the statistics and what is applied");
  assertEquals(y.node?.inputs.length, 5, "images, and two weights and biases");
});

for (const training of [true, false]) {
  Deno.test(`a scope frees a normalisation left to a convolution that throws, training: ${training}`, () => {
    const layer = sequential(batchNorm2d(3), relu, conv2d(5, 4, point));
    assertEquals(plan(layer.layers!, training)[0].pends, true);
    using model = build(layer, random);
    using x = random.uniform([5, 3, 6, 6]);
    const before = liveTensors();
    const forward = () => noGradients(() => scope(() => model.forward(x, { training })));
    assertThrows(forward, RangeError, "[5, 3, 6, 6]");
    assertEquals(liveTensors(), before);
  });
}

Deno.test("what a gradient needs of images that want no gradient is kept", () => {
  const layer = sequential(
    ...[maxPool2d(1), conv2d(1, 2, point), batchNorm2d(2), relu, conv2d(2, 2, point), flatten],
    linear(32, 3),
  );
  using model = build(sequential(flatten, linear(16, 3)), random);
  using deep = build(layer, random);
  using x = random.uniform([3, 1, 4, 4]);
  for (const { parameters, forward } of [model, deep]) {
    const of = parameters.map(({ tensor }) => tensor);
    const [weight] = scope(() =>
      gradients(forward(x, { training: true }).square().sum(), of).map((each) => each.numbers())
    );
    assert(weight.some((value) => value !== 0));
  }
});

Deno.test("residual() joins what is inside it", () => {
  using model = build(residual(conv2d(2, 2, wide), relu), random);
  using x = random.uniform([1, 2, 3, 3]);
  using y = model.forward(x);
  const [, change] = y.node!.inputs;
  assertEquals(change.node?.inputs.length, 3, "of the convolution: image, weight and bias");
});

Deno.test("residual() and the ReLU after it join the normalisation or convolution inside it", () => {
  const convolution = conv2d(2, 2, wide);
  for (const layer of [residual(convolution, batchNorm2d(2)), residual(convolution)]) {
    using model = build(sequential(layer, relu), random);
    using x = random.uniform([2, 2, 3, 3]);
    using y = model.forward(x, { training: true });
    assertEquals(y.node?.inputs.length, 4, "images, weight, bias and what is added");
  }
});

Deno.test("a different input gives different bits, so that the comparison can fail", () => {
  const layer = sequential(linear(3, 2), relu);
  assertNotEquals(bits(layer, [2, 3], true), bits(layer, [3, 3], true));
});

const folded: [name: string, layer: Layer, shape: Shape][] = [
  [
    "conv2d, batchNorm2d, relu, maxPool2d",
    sequential(conv2d(3, 8, wide), batchNorm2d(8), relu, maxPool2d(2)),
    [5, 3, 7, 6],
  ],
  [
    "grouped conv2d without a bias, batchNorm2d",
    sequential(conv2d(4, 6, { ...wide, groups: 2, bias: false }), batchNorm2d(6)),
    [3, 4, 5, 5],
  ],
  ["linear, batchNorm1d, relu", sequential(linear(9, 7), batchNorm1d(7), relu), [11, 9]],
  [
    "residual of conv2d, batchNorm2d, relu",
    sequential(
      residual({ shortcut: conv2d(3, 8, { kernel: 1 }) }, conv2d(3, 8, wide), batchNorm2d(8)),
      relu,
      residual(conv2d(8, 8, wide), batchNorm2d(8)),
      relu,
    ),
    [5, 3, 7, 6],
  ],
];

for (const [name, layer, shape] of folded) {
  Deno.test(`evaluation folds a batch normalisation into the weights before it: ${name}`, () => {
    const run = (joined: boolean) => {
      using model = build(layer, random.child("init"));
      for (const { tensor } of [...model.parameters, ...model.buffers]) {
        if (tensor.dtype !== "f32") continue;
        using drawn = random.child("values").uniform(tensor.shape, 0.3, 1.7);
        tensor.assign(drawn);
      }
      using x = parameter(random.uniform(shape, -1, 1));
      const parameters = model.parameters.map(({ tensor }) => tensor);
      const before = liveTensors();
      const untracked = noGradients(() => scope(() => model.forward(x).numbers()));
      assertEquals(liveTensors(), before);
      return scope(() => {
        const mode = { training: false };
        const y = joined ? model.forward(x, mode) : unjoined(model, x, mode);
        if (joined) assertEquals(y.numbers(), untracked, "with gradients and without");
        const loss = y.mul(random.child("weights").uniform(y.shape, -1, 1)).sum();
        return [y, ...gradients(loss, [x, ...parameters])].map((tensor) => tensor.numbers());
      });
    };
    const [joined, apart] = [run(true), run(false)];
    for (const [i, values] of joined.entries()) {
      const largest = Math.max(...apart[i].map(Math.abs));
      const apartBy = Math.max(...values.map((value, j) => Math.abs(value - apart[i][j])));
      assert(apartBy <= 4e-6 * largest, `${apartBy} of ${largest}`);
    }
  });
}
