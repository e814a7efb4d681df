import { native } from "../ffi/mod.ts";
import { isFloat } from "./dtype.ts";
import { isTracked, record } from "./tape.ts";
import { Tensor } from "./tensor.ts";

/** A differentiable function of each element of a float tensor. */
export type Elementwise = (x: Tensor) => Tensor;

/** Functions of one number, by their native names. */
type Name =
  | "neg"
  | "abs"
  | "square"
  | "sqrt"
  | "exp"
  | "log"
  | "tanh"
  | "sigmoid"
  | "relu"
  | "gelu"
  | "silu"
  | "hardswish"
  | "mish";

const made = (handle: number, like: Tensor): Tensor => new Tensor(handle, like.dtype);

function checkFloat(name: string, x: Tensor): void {
  if (!isFloat(x.dtype)) {
    throw new TypeError(`Cannot take ${name} of a ${x.dtype} tensor: cast it to f32`);
  }
}

/** A function of one number, and its gradient from input, output and the output's gradient. */
function elementwise(
  name: Name,
  backward: (x: Tensor, y: Tensor, gradient: Tensor) => Tensor,
): Elementwise {
  const call = `tensor_${name}` as const;
  return (x) => {
    checkFloat(name, x);
    const y = made(native[call](x.handle), x);
    return isTracked(x) ? record(y, [x], (gradient) => [backward(x, y, gradient)]) : y;
  };
}

/** A function of one number whose gradient is one native call, from the input. */
const fromInput = (name: "abs" | "square" | "gelu" | "silu" | "hardswish" | "mish"): Elementwise =>
  elementwise(
    name,
    (x, _y, gradient) => made(native[`tensor_${name}_gradient`](x.handle, gradient.handle), x),
  );

/** A function of one number whose gradient is one native call, from the output. */
const fromOutput = (name: "tanh" | "sigmoid" | "relu"): Elementwise =>
  elementwise(
    name,
    (_x, y, gradient) => made(native[`tensor_${name}_gradient`](y.handle, gradient.handle), y),
  );

/** A function with settings, and its gradient from the input, as native calls. */
function withSettings(
  name: string,
  x: Tensor,
  forward: (x: number) => number,
  backward: (x: number, gradient: number) => number,
): Tensor {
  checkFloat(name, x);
  const y = made(forward(x.handle), x);
  if (!isTracked(x)) return y;
  return record(y, [x], (gradient) => [made(backward(x.handle, gradient.handle), x)]);
}

/** `-x` */
export const neg: Elementwise = elementwise("neg", (_x, _y, gradient) => gradient.neg());

/** `|x|`; the gradient at 0 is 0. */
export const abs: Elementwise = fromInput("abs");

/** `x * x` */
export const square: Elementwise = fromInput("square");

/** The square root. */
export const sqrt: Elementwise = elementwise("sqrt", (_x, y, gradient) => gradient.div(y).mul(0.5));

/** `e^x` */
export const exp: Elementwise = elementwise("exp", (_x, y, gradient) => gradient.mul(y));

/** The natural logarithm. */
export const log: Elementwise = elementwise("log", (x, _y, gradient) => gradient.div(x));

/** The hyperbolic tangent. */
export const tanh: Elementwise = fromOutput("tanh");

/** `1 / (1 + e^-x)` */
export const sigmoid: Elementwise = fromOutput("sigmoid");

/** `max(x, 0)`; the gradient at 0 is 0. */
export const relu: Elementwise = fromOutput("relu");

/** `x * Phi(x)` by the error function. */
export const gelu: Elementwise = fromInput("gelu");

/** `x * sigmoid(x)` */
export const silu: Elementwise = fromInput("silu");

/** `x * clamp(x + 3, 0, 6) / 6` (Howard et al., arXiv 1905.02244). */
export const hardswish: Elementwise = fromInput("hardswish");

/** `x * tanh(ln(1 + e^x))` (Misra, arXiv 1908.08681). */
export const mish: Elementwise = fromInput("mish");

/** `x` where it is above 0, `negativeSlope * x` elsewhere. */
export const leakyRelu = (x: Tensor, negativeSlope = 0.01): Tensor =>
  withSettings(
    "leakyRelu",
    x,
    (x) => native.tensor_leaky_relu(x, negativeSlope),
    (x, gradient) => native.tensor_leaky_relu_gradient(x, gradient, negativeSlope),
  );

/** `x` where it is above 0, `alpha * (e^x - 1)` elsewhere (Clevert et al., arXiv 1511.07289). */
export const elu = (x: Tensor, alpha = 1): Tensor =>
  withSettings(
    "elu",
    x,
    (x) => native.tensor_elu(x, alpha),
    (x, gradient) => native.tensor_elu_gradient(x, gradient, alpha),
  );

/** `ln(1 + e^(beta x)) / beta`, or `x` where `beta x` is above the threshold. */
export const softplus = (x: Tensor, beta = 1, threshold = 20): Tensor =>
  withSettings(
    "softplus",
    x,
    (x) => native.tensor_softplus(x, beta, threshold),
    (x, gradient) => native.tensor_softplus_gradient(x, gradient, beta, threshold),
  );

/** `relu` whose gradient is left to the gradient of the one operation that uses the result. */
export function reluGradientDone(x: Tensor): Tensor {
  const y = made(native.tensor_relu(x.handle), x);
  return isTracked(x) ? record(y, [x], (gradient) => [gradient]) : y;
}
