import { type FloatOptions, type Random, type Shape, shapeText, Tensor } from "../tensor/mod.ts";

/** Draws initial values of a weight. */
export type Initializer = (random: Random, shape: Shape, options?: FloatOptions) => Tensor;

/** Inputs and outputs of one unit: `[out, in, ...window]`, as PyTorch counts them. */
function fans(shape: Shape): { fanIn: number; fanOut: number } {
  if (shape.length < 2) {
    throw new RangeError(`Cannot count the fans of a weight ${shapeText(shape)}: use [out, in]`);
  }
  const window = shape.slice(2).reduce((product, length) => product * length, 1);
  return { fanIn: shape[1]! * window, fanOut: shape[0]! * window };
}

/** Options of the Kaiming initialisers. */
export interface KaimingOptions {
  /** Slope of the leaky ReLU that follows, 0 (a ReLU) by default. */
  readonly a?: number;
  /** Whether the variance of values (`in`, the default) or of gradients (`out`) is kept. */
  readonly fan?: "in" | "out";
}

const kaimingStd = (shape: Shape, { a = 0, fan = "in" }: KaimingOptions): number => {
  const { fanIn, fanOut } = fans(shape);
  return Math.sqrt(2 / (1 + a * a)) / Math.sqrt(fan === "in" ? fanIn : fanOut);
};

const xavierStd = (shape: Shape, gain: number): number => {
  const { fanIn, fanOut } = fans(shape);
  return gain * Math.sqrt(2 / (fanIn + fanOut));
};

const symmetric = (
  random: Random,
  shape: Shape,
  bound: number,
  options?: FloatOptions,
): Tensor => random.uniform(shape, -bound, bound, options);

/** Uniform with variance `2 / ((1 + a^2) fan)` (He et al., arXiv 1502.01852). */
export const kaimingUniform =
  (kaiming: KaimingOptions = {}): Initializer => (random, shape, options) =>
    symmetric(random, shape, Math.sqrt(3) * kaimingStd(shape, kaiming), options);

/** Normal with variance `2 / ((1 + a^2) fan)` (He et al., arXiv 1502.01852). */
export const kaimingNormal =
  (kaiming: KaimingOptions = {}): Initializer => (random, shape, options) =>
    random.normal(shape, 0, kaimingStd(shape, kaiming), options);

/** Uniform with variance `2 gain^2 / (fan in + fan out)` (Glorot and Bengio, AISTATS 2010). */
export const xavierUniform = (gain = 1): Initializer => (random, shape, options) =>
  symmetric(random, shape, Math.sqrt(3) * xavierStd(shape, gain), options);

/** Normal with variance `2 gain^2 / (fan in + fan out)` (Glorot and Bengio, AISTATS 2010). */
export const xavierNormal = (gain = 1): Initializer => (random, shape, options) =>
  random.normal(shape, 0, xavierStd(shape, gain), options);

/** PyTorch's default for linear and convolutional weights: `kaimingUniform({ a: sqrt(5) })`. */
export const defaultWeight: Initializer = kaimingUniform({ a: Math.sqrt(5) });

/** PyTorch's default for a bias: uniform within `1 / sqrt(fan in)` of the layer's weight. */
export const defaultBias = (weight: Shape): Initializer => (random, shape, options) =>
  symmetric(random, shape, 1 / Math.sqrt(fans(weight).fanIn), options);

/** Zeros. */
export const zeros: Initializer = (_random, shape, options) => Tensor.zeros(shape, options);

/** Ones. */
export const ones: Initializer = (_random, shape, options) => Tensor.ones(shape, options);
