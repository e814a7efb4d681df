import { native } from "../ffi/mod.ts";
import { checkFloat, type Elementwise } from "./functions.ts";
import { isTracked, record } from "./tape.ts";
import { Tensor } from "./tensor.ts";

/** An activation function, with its settings: what a layer before it can end in. */
export interface Activation {
  /** Its number in the native library, and its settings. */
  readonly native: readonly [number: number, first: number, second: number];
  /** The function of each element. */
  readonly apply: Elementwise;
}

/** The activation functions; those with settings are made of them. */
export interface Activations {
  /** `x * Phi(x)` by the error function. */
  readonly gelu: Activation;
  /** `x * sigmoid(x)` */
  readonly silu: Activation;
  /** The hyperbolic tangent. */
  readonly tanh: Activation;
  /** `1 / (1 + e^-x)` */
  readonly sigmoid: Activation;
  /** `x * clamp(x + 3, 0, 6) / 6` */
  readonly hardswish: Activation;
  /** `x * tanh(ln(1 + e^x))` */
  readonly mish: Activation;
  /** `x` where it is above 0, `negativeSlope * x` elsewhere. */
  leakyRelu(negativeSlope: number): Activation;
  /** `x` where it is above 0, `alpha * (e^x - 1)` elsewhere. */
  elu(alpha: number): Activation;
  /** `ln(1 + e^(beta x)) / beta`, or `x` where `beta x` is above the threshold. */
  softplus(beta: number, threshold: number): Activation;
}

/** An activation function whose gradient is one native call, from its input or its output. */
function activation(
  name: string,
  [number, first = 0, second = 0]: readonly number[],
  from: "input" | "output",
  forward: (x: number) => number,
  backward: (saved: number, gradient: number) => number,
): Activation {
  const apply = (x: Tensor) => {
    checkFloat(name, x);
    const y = new Tensor(forward(x.handle), x.dtype);
    if (!isTracked(x)) return y;
    const saved = from === "input" ? x : y;
    return record(y, [x], ({ handle }) => [new Tensor(backward(saved.handle, handle), x.dtype)]);
  };
  return { native: [number!, first, second], apply };
}

/** An activation function without settings, by its native name. */
const plain = (
  name: "gelu" | "silu" | "tanh" | "sigmoid" | "hardswish" | "mish",
  number: number,
  from: "input" | "output",
): Activation =>
  activation(
    name,
    [number],
    from,
    (x) => native[`tensor_${name}`](x),
    (saved, gradient) => native[`tensor_${name}_gradient`](saved, gradient),
  );

/** The activation functions by their names. */
export const activations: Activations = {
  gelu: plain("gelu", 1, "input"),
  silu: plain("silu", 2, "input"),
  tanh: plain("tanh", 3, "output"),
  sigmoid: plain("sigmoid", 4, "output"),
  hardswish: plain("hardswish", 5, "input"),
  mish: plain("mish", 6, "input"),
  leakyRelu: (slope: number): Activation =>
    activation(
      "leakyRelu",
      [7, slope],
      "input",
      (x) => native.tensor_leaky_relu(x, slope),
      (x, gradient) => native.tensor_leaky_relu_gradient(x, gradient, slope),
    ),
  elu: (alpha: number): Activation =>
    activation(
      "elu",
      [8, alpha],
      "input",
      (x) => native.tensor_elu(x, alpha),
      (x, gradient) => native.tensor_elu_gradient(x, gradient, alpha),
    ),
  softplus: (beta: number, threshold: number): Activation =>
    activation(
      "softplus",
      [9, beta, threshold],
      "input",
      (x) => native.tensor_softplus(x, beta, threshold),
      (x, gradient) => native.tensor_softplus_gradient(x, gradient, beta, threshold),
    ),
};

/** The hyperbolic tangent. */
export const tanh: Elementwise = activations.tanh.apply;

/** `1 / (1 + e^-x)` */
export const sigmoid: Elementwise = activations.sigmoid.apply;

/** `x * Phi(x)` by the error function. */
export const gelu: Elementwise = activations.gelu.apply;

/** `x * sigmoid(x)` */
export const silu: Elementwise = activations.silu.apply;

/** `x * clamp(x + 3, 0, 6) / 6` (Howard et al., arXiv 1905.02244). */
export const hardswish: Elementwise = activations.hardswish.apply;

/** `x * tanh(ln(1 + e^x))` (Misra, arXiv 1908.08681). */
export const mish: Elementwise = activations.mish.apply;

/** `x` where it is above 0, `negativeSlope * x` elsewhere. */
export const leakyRelu = (x: Tensor, negativeSlope = 0.01): Tensor =>
  activations.leakyRelu(negativeSlope).apply(x);

/** `x` where it is above 0, `alpha * (e^x - 1)` elsewhere (Clevert et al., arXiv 1511.07289). */
export const elu = (x: Tensor, alpha = 1): Tensor => activations.elu(alpha).apply(x);

/** `ln(1 + e^(beta x)) / beta`, or `x` where `beta x` is above the threshold. */
export const softplus = (x: Tensor, beta = 1, threshold = 20): Tensor =>
  activations.softplus(beta, threshold).apply(x);
