import {
  concat,
  ConvolutionGeometry,
  crossEntropy,
  functional,
  meanSquaredError,
  PoolingGeometry,
  Random,
  type Shape,
  stack,
  Tensor,
  where,
} from "../../src/tensor/mod.ts";
import type { Draw } from "./draw.ts";
import { joined } from "./joined_cases.ts";

/** One application of an operation, drawn at random. */
export interface Application {
  /** Shapes of the differentiable inputs; `positive` ones get values above 0. */
  readonly inputs: readonly { readonly shape: Shape; readonly positive?: boolean }[];
  apply(...inputs: Tensor[]): Tensor;
}

/** A differentiable operation, and how to draw applications of it. */
export interface OperationCase {
  readonly name: string;
  draw(draw: Draw): Application;
}

const unary = (name: string, apply: (x: Tensor) => Tensor, positive = false): OperationCase => ({
  name,
  draw: (draw) => ({ inputs: [{ shape: draw.shape(draw.whole(0, 3)), positive }], apply }),
});

const binary = (
  name: string,
  apply: (a: Tensor, b: Tensor) => Tensor,
  positive = false,
): OperationCase => ({
  name,
  draw(draw) {
    const shape = draw.shape(draw.whole(0, 3));
    const inputs = [{ shape }, { shape: draw.broadcastable(shape), positive }];
    if (positive || draw.whole(0, 1) === 0) return { inputs, apply };
    return { inputs: inputs.toReversed(), apply };
  },
});

const reduction = (
  name: string,
  apply: (x: Tensor, dims: number[] | undefined, keep: boolean) => Tensor,
): OperationCase => ({
  name,
  draw(draw) {
    const shape = draw.shape(draw.whole(1, 4), 4);
    const dims = shape.map((_, dim) => dim).filter(() => draw.whole(0, 1) === 1);
    const over = dims.length === 0 ? undefined : dims;
    const keep = draw.whole(0, 1) === 1;
    return { inputs: [{ shape }], apply: (x) => apply(x, over, keep) };
  },
});

const alongDimension = (
  name: string,
  apply: (x: Tensor, dim: number) => Tensor,
): OperationCase => ({
  name,
  draw(draw) {
    const shape = draw.shape(draw.whole(1, 3));
    const dim = draw.whole(-1, shape.length - 1);
    return { inputs: [{ shape }], apply: (x) => apply(x, dim) };
  },
});

const rowIndices = (draw: Draw, shape: Shape, below: number): Tensor => {
  const size = shape.reduce((product, length) => product * length, 1);
  return Tensor.from(Uint32Array.from({ length: size }, () => draw.whole(0, below - 1)), shape);
};

const floatLike = (values: number[], like: Tensor): Tensor =>
  Tensor.from(values, undefined, { dtype: like.dtype });

function drawImages(draw: Draw, channels: number, least: Shape): number[] {
  // Channels, height and width are often equal: a mix-up of them would not show otherwise.
  const side = draw.whole(Math.max(...least), Math.max(...least) + 3);
  return draw.pick(
    [draw.whole(1, 3), channels, side, side],
    [draw.whole(1, 3), channels, draw.whole(least[0], 6), draw.whole(least[1], 6)],
  );
}

/** Channels enough for the kernel with fewer products, which is a definition of its own. */
function drawWideConvolution(draw: Draw): Application {
  const [inputs, outputs] = [draw.whole(16, 17), draw.whole(16, 18)];
  const padding: [number, number] = [draw.whole(0, 2), draw.whole(0, 2)];
  const geometry = new ConvolutionGeometry({ padding });
  const images = [draw.whole(1, 2), inputs, draw.whole(6, 7), draw.whole(6, 7)];
  // Weights as small as an initialisation makes them: the sums have the size of their terms.
  const small = 1 / 12;
  return {
    inputs: [{ shape: images }, { shape: [outputs, inputs, 3, 3] }, { shape: [outputs] }],
    apply: (x, w, b) => functional.conv2d(x, w.mul(small), b, geometry),
  };
}

/** A convolution and a pooling in one pass; those that suit the kernel for it, and others. */
function drawPooledConvolution(draw: Draw): Application {
  const channels = draw.pick(2, 8, 9);
  const geometry = new ConvolutionGeometry({ padding: draw.whole(0, 2) });
  const pooling = draw.pick(
    new PoolingGeometry(2),
    new PoolingGeometry(2),
    new PoolingGeometry([3, 2], { stride: [1, 2], padding: 1 }),
  );
  const images = [draw.whole(1, 2), channels, draw.whole(6, 7), draw.whole(6, 7)];
  const relu = draw.whole(0, 1) === 1;
  const small = 1 / 12;
  return {
    inputs: [{ shape: images }, { shape: [channels, channels, 3, 3] }, { shape: [channels] }],
    apply: (x, w, b) => functional.conv2d(x, w.mul(small), b, geometry, { relu, pooling }),
  };
}

function drawConvolution(draw: Draw): Application {
  const groups = draw.pick(1, 1, 2, 3);
  const inputs = groups * draw.whole(1, 3);
  const outputs = groups * draw.whole(1, 2);
  const kernel = [draw.pick(1, 2, 3, 5), draw.pick(1, 2, 3, 5)];
  const dilation: [number, number] = draw.pick([1, 1], [2, 1], [1, 2]);
  const padding: [number, number] = [draw.whole(0, 2), draw.whole(0, 2)];
  const stride: [number, number] = [draw.whole(1, 3), draw.whole(1, 2)];
  const geometry = new ConvolutionGeometry({ stride, padding, dilation, groups });
  const least = kernel.map((length, i) => Math.max(1, dilation[i] * (length - 1) + 1));
  const images = drawImages(draw, inputs, least);
  const weight = [outputs, inputs / groups, ...kernel];
  return draw.whole(0, 1) === 0
    ? {
      inputs: [{ shape: images }, { shape: weight }, { shape: [outputs] }],
      apply: (x, w, b) => functional.conv2d(x, w, b, geometry),
    }
    : {
      inputs: [{ shape: images }, { shape: weight }],
      apply: (x, w) => functional.conv2d(x, w, undefined, geometry, { relu: true }),
    };
}

/** A convolution and an addition in one pass; few and many channels and images. */
function drawAddedConvolution(draw: Draw): Application {
  const channels = draw.pick(2, 8, 9);
  const geometry = new ConvolutionGeometry({ padding: 1 });
  const images = [draw.whole(1, 9), channels, draw.whole(4, 5), draw.whole(4, 5)];
  const relu = draw.whole(0, 1) === 1;
  const small = 1 / 12;
  return {
    inputs: [{ shape: images }, { shape: [channels, channels, 3, 3] }, { shape: images }],
    // The images get a gradient of their own before that of the convolution.
    apply: (x, w, added) =>
      functional.conv2d(x, w.mul(small), undefined, geometry, { relu, added }).add(x),
  };
}

/** A batch normalisation through what joins it. */
function drawJoinedBatchNorm(draw: Draw): Application {
  const channels = draw.whole(1, 3);
  const images = [draw.pick(2, 9, 17), channels, draw.whole(2, 5), draw.whole(2, 5)];
  const relu = draw.whole(0, 1) === 1;
  const inputs = [{ shape: images }, { shape: [channels] }, { shape: [channels] }];
  if (draw.whole(0, 1) === 1) {
    return {
      inputs: [...inputs, { shape: images }],
      apply: (x, weight, bias, added) =>
        functional.batchNorm(x, weight, bias, 1e-3, undefined, { relu, added }),
    };
  }
  const pooling = draw.pick(new PoolingGeometry(2), new PoolingGeometry([2, 1], { stride: 1 }));
  return {
    inputs,
    apply: (x, weight, bias) =>
      functional.batchNorm(x, weight, bias, 1e-3, undefined, { relu, pooling }),
  };
}

const pooling = (
  name: string,
  apply: (x: Tensor, geometry: PoolingGeometry) => Tensor,
): OperationCase => ({
  name,
  draw(draw) {
    const kernel: [number, number] = [draw.whole(1, 3), draw.whole(1, 3)];
    const stride: [number, number] = [draw.whole(1, 3), draw.whole(1, 3)];
    const padding: [number, number] = [
      draw.whole(0, kernel[0] >> 1),
      draw.whole(0, kernel[1] >> 1),
    ];
    const geometry = new PoolingGeometry(kernel, { stride, padding });
    const shape = drawImages(draw, draw.whole(1, 4), kernel);
    return { inputs: [{ shape }], apply: (x) => apply(x, geometry) };
  },
});

const normalization = (
  name: string,
  apply: (x: Tensor, weight: Tensor, bias: Tensor) => Tensor,
  draw: (draw: Draw) => { shape: number[]; features: number },
): OperationCase => ({
  name,
  draw(source) {
    const { shape, features } = draw(source);
    return { inputs: [{ shape }, { shape: [features] }, { shape: [features] }], apply };
  },
});

const drawBatch = (draw: Draw) => {
  const features = draw.whole(1, 4);
  const shape = draw.pick([draw.whole(2, 7), features], [
    draw.whole(2, 4),
    features,
    draw.whole(1, 4),
    draw.whole(1, 4),
  ]);
  return { shape, features };
};

const dropoutChance = new Random(3, "dropout");

/** Every differentiable operation. */
export const operationCases: readonly OperationCase[] = [
  binary("add", (a, b) => a.add(b)),
  binary("sub", (a, b) => a.sub(b)),
  binary("mul", (a, b) => a.mul(b)),
  binary("div", (a, b) => a.div(b), true),
  binary("maximum", (a, b) => a.maximum(b.affine(0.7, 0.0171))),
  binary("minimum", (a, b) => a.minimum(b.affine(0.7, 0.0171))),
  binary("where", (a, b) => where(a.gt(b.affine(0.7, 0.0171)), a.mul(2), b.mul(3))),
  unary("add of a number", (x) => x.add(1.5)),
  unary("sub of a number", (x) => x.sub(1.5)),
  unary("mul by a number", (x) => x.mul(-1.5)),
  unary("div by a number", (x) => x.div(3)),
  unary("maximum with a number", (x) => x.maximum(0.0131)),
  unary("affine", (x) => x.affine(1.25, -3)),
  unary("neg", (x) => x.neg()),
  unary("abs", (x) => x.abs()),
  unary("square", (x) => x.square()),
  unary("sqrt", (x) => x.sqrt(), true),
  unary("exp", (x) => x.exp()),
  unary("log", (x) => x.log(), true),
  unary("tanh", (x) => x.tanh()),
  unary("sigmoid", (x) => x.sigmoid()),
  unary("relu", (x) => x.relu()),
  unary("gelu", (x) => x.gelu()),
  unary("silu", (x) => x.silu()),
  unary("hardswish", (x) => functional.hardswish(x.mul(2))),
  unary("mish", functional.mish),
  unary("leakyRelu", (x) => functional.leakyRelu(x, 0.2)),
  unary("elu", (x) => functional.elu(x, 1.5)),
  unary("softplus", (x) => functional.softplus(x, 2, 3.1)),
  unary("the same tensor twice", (x) => x.mul(x).add(x).add(x)),
  reduction("sum", (x, dims, keep) => x.sum(dims, keep)),
  reduction("mean", (x, dims, keep) => x.mean(dims, keep)),
  reduction("max", (x, dims, keep) => x.max(dims, keep)),
  reduction("min", (x, dims, keep) => x.min(dims, keep)),
  alongDimension("softmax", (x, dim) => x.softmax(dim)),
  alongDimension("logSoftmax", (x, dim) => x.logSoftmax(dim)),
  alongDimension("reshape", (x) => x.reshape([-1])),
  alongDimension("transpose", (x, dim) => x.transpose(0, dim)),
  alongDimension("concat", (x, dim) => concat([x, x.mul(2), x.neg()], dim)),
  alongDimension("stack", (x, dim) => stack([x, x.square()], dim)),
  alongDimension("slice", (x, dim) => x.slice(dim, 0, Math.ceil(x.shape.at(dim)! / 2), 2)),
  {
    name: "permute",
    draw(draw) {
      const order = draw.pick([0, 1, 2], [2, 0, 1], [1, 2, 0], [0, 2, 1]);
      return { inputs: [{ shape: draw.shape(3) }], apply: (x) => x.permute(order) };
    },
  },
  {
    name: "broadcastTo",
    draw(draw) {
      const shape = draw.shape(3);
      const inputs = [{ shape: draw.broadcastable(shape) }];
      return { inputs, apply: (x) => x.broadcastTo(shape) };
    },
  },
  {
    name: "indexSelect",
    draw(draw) {
      const shape = draw.shape(3);
      const dim = draw.whole(0, 2);
      const count = draw.whole(1, 6);
      const places = Array.from({ length: count }, () => draw.whole(0, shape[dim] - 1));
      return {
        inputs: [{ shape }],
        apply: (x) => x.indexSelect(Tensor.from(Uint32Array.from(places)), dim),
      };
    },
  },
  {
    name: "gather",
    draw(draw) {
      const shape = draw.shape(2);
      const dim = draw.whole(0, 1);
      const found = shape.with(dim, draw.whole(1, 5));
      const places = rowIndices(draw, found, shape[dim]);
      const copied = places.read() as Uint32Array<ArrayBuffer>;
      places.dispose();
      return {
        inputs: [{ shape }],
        apply: (x) => x.gather(Tensor.from(copied, found), dim),
      };
    },
  },
  {
    name: "matmul",
    draw(draw) {
      const [m, k, n] = draw.shape(3);
      const batch = draw.shape(draw.whole(0, 2), 3);
      const inputs = [{ shape: [...batch, m, k] }, { shape: [...draw.broadcastable(batch), k, n] }];
      return { inputs, apply: (a, b) => a.matmul(b) };
    },
  },
  {
    name: "linear",
    draw(draw) {
      const [batch, inputs, outputs] = draw.shape(3, 7);
      const relu = draw.whole(0, 1) === 1;
      return {
        inputs: [{ shape: [batch, inputs] }, { shape: [outputs, inputs] }, { shape: [outputs] }],
        apply: (x, weight, bias) => functional.linear(x, weight, bias, { relu }),
      };
    },
  },
  { name: "conv2d", draw: drawConvolution },
  { name: "conv2d of many channels", draw: drawWideConvolution },
  { name: "conv2d and maxPool2d", draw: drawPooledConvolution },
  { name: "conv2d and an addition", draw: drawAddedConvolution },
  ...joined,
  { name: "batchNorm and what joins it", draw: drawJoinedBatchNorm },
  pooling("maxPool2d", functional.maxPool2d),
  pooling("avgPool2d", functional.avgPool2d),
  pooling(
    "maxPool2d after relu",
    (x, geometry) => functional.maxPool2d(functional.reluGradientDone(x), geometry, true),
  ),
  normalization(
    "batchNorm",
    (x, weight, bias) => functional.batchNorm(x, weight, bias, 1e-5),
    drawBatch,
  ),
  normalization(
    "batchNormInference",
    (x, weight, bias) => {
      const channels = weight.shape[0];
      const mean = floatLike(Array.from({ length: channels }, (_, i) => i / 3), x);
      const variance = floatLike(Array.from({ length: channels }, (_, i) => 0.5 + i), x);
      return functional.batchNormInference(x, weight, bias, mean, variance, 1e-5);
    },
    drawBatch,
  ),
  normalization(
    "layerNorm",
    (x, weight, bias) => functional.layerNorm(x, weight, bias, 1e-5),
    (draw) => {
      const features = draw.whole(2, 7);
      return { shape: [...draw.shape(draw.whole(0, 2), 3), features], features };
    },
  ),
  normalization(
    "layerNorm2d",
    (x, weight, bias) => functional.layerNorm2d(x, weight, bias, 1e-5),
    (draw) => {
      const [images, features] = [draw.whole(1, 3), draw.whole(2, 7)];
      return { shape: [images, features, draw.whole(1, 4), draw.whole(1, 4)], features };
    },
  ),
  normalization(
    "batchNorm and relu",
    (x, weight, bias) => functional.batchNorm(x, weight, bias, 1e-5, undefined, { relu: true }),
    drawBatch,
  ),
  {
    name: "groupNorm",
    draw(draw) {
      const [groups, each] = [draw.whole(1, 3), draw.whole(1, 3)];
      const channels = groups * each;
      const shape = [draw.whole(1, 3), channels, draw.whole(2, 4), ...draw.pick([], [2])];
      return {
        inputs: [{ shape }, { shape: [channels] }, { shape: [channels] }],
        apply: (x, weight, bias) => functional.groupNorm(x, groups, weight, bias, 1e-5),
      };
    },
  },
  {
    name: "groupNorm, images innermost",
    draw(draw) {
      const [groups, each, images] = [draw.whole(1, 2), draw.whole(1, 2), draw.whole(8, 9)];
      const channels = groups * each;
      return {
        inputs: [
          { shape: [channels, draw.whole(2, 3), images] },
          { shape: [channels] },
          { shape: [channels] },
        ],
        apply: (x, weight, bias) =>
          functional.groupNorm(x.permute([2, 0, 1]), groups, weight, bias, 1e-5),
      };
    },
  },
  {
    name: "rmsNorm",
    draw(draw) {
      const shape = draw.shape(draw.whole(1, 3));
      const inputs = [{ shape }, { shape: [shape.at(-1)!] }];
      return { inputs, apply: (x, weight) => functional.rmsNorm(x, weight, 1e-5) };
    },
  },
  unary("dropout", (x) => functional.dropout(x, 0.4, dropoutChance)),
  {
    name: "dropout, images innermost",
    draw: (draw) => ({
      inputs: [{ shape: [4, draw.whole(16, 18)] }],
      apply: (x) => functional.dropout(x.transpose(), 0.4, dropoutChance),
    }),
  },
  {
    name: "crossEntropy",
    draw(draw) {
      const [batch, classes] = [draw.whole(1, 6), draw.whole(2, 7)];
      const labels = Uint8Array.from({ length: batch }, () => draw.whole(0, classes - 1));
      const labelSmoothing = draw.pick(0, 0.1);
      const weights = draw.whole(0, 1) === 1
        ? Array.from({ length: classes }, (_, i) => 0.5 + i)
        : undefined;
      return {
        inputs: [{ shape: [batch, classes] }],
        apply: (logits) =>
          crossEntropy(logits, Tensor.from(labels), {
            labelSmoothing,
            classWeights: weights && floatLike(weights, logits),
          }),
      };
    },
  },
  {
    name: "meanSquaredError",
    draw(draw) {
      const shape = draw.shape(2);
      return { inputs: [{ shape }, { shape }], apply: (a, b) => meanSquaredError(a, b.mul(0.3)) };
    },
  },
];
