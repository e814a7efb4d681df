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
  | "silu";

/** A function of one number, and its gradient from input, output and the output's gradient. */
function elementwise(
  name: Name,
  backward: (x: Tensor, y: Tensor, gradient: Tensor) => Tensor,
): Elementwise {
  const call = `tensor_${name}` as const;
  return (x) => {
    if (!isFloat(x.dtype)) {
      throw new TypeError(`Cannot take ${name} of a ${x.dtype} tensor: cast it to f32`);
    }
    const y = new Tensor(native[call](x.handle), x.dtype);
    return isTracked(x) ? record(y, [x], (gradient) => [backward(x, y, gradient)]) : y;
  };
}

const made = (handle: number, like: Tensor): Tensor => new Tensor(handle, like.dtype);

/** `-x` */
export const neg: Elementwise = elementwise("neg", (_x, _y, gradient) => gradient.neg());

/** `|x|`; the gradient at 0 is 0. */
export const abs: Elementwise = elementwise("abs", (x, _y, gradient) => {
  const sign = x.gt(0).cast(x.dtype).sub(x.lt(0).cast(x.dtype));
  return gradient.mul(sign);
});

/** `x * x` */
export const square: Elementwise = elementwise(
  "square",
  (x, _y, gradient) => gradient.mul(x).mul(2),
);

/** The square root. */
export const sqrt: Elementwise = elementwise("sqrt", (_x, y, gradient) => gradient.div(y).mul(0.5));

/** `e^x` */
export const exp: Elementwise = elementwise("exp", (_x, y, gradient) => gradient.mul(y));

/** The natural logarithm. */
export const log: Elementwise = elementwise("log", (x, _y, gradient) => gradient.div(x));

/** The hyperbolic tangent. */
export const tanh: Elementwise = elementwise(
  "tanh",
  (_x, y, gradient) => made(native.tensor_tanh_gradient(y.handle, gradient.handle), y),
);

/** `1 / (1 + e^-x)` */
export const sigmoid: Elementwise = elementwise(
  "sigmoid",
  (_x, y, gradient) => made(native.tensor_sigmoid_gradient(y.handle, gradient.handle), y),
);

/** `max(x, 0)`; the gradient at 0 is 0. */
export const relu: Elementwise = elementwise(
  "relu",
  (_x, y, gradient) => made(native.tensor_relu_gradient(y.handle, gradient.handle), y),
);

/** `x * Phi(x)` by the error function. */
export const gelu: Elementwise = elementwise(
  "gelu",
  (x, _y, gradient) => made(native.tensor_gelu_gradient(x.handle, gradient.handle), x),
);

/** `x * sigmoid(x)` */
export const silu: Elementwise = elementwise(
  "silu",
  (x, _y, gradient) => made(native.tensor_silu_gradient(x.handle, gradient.handle), x),
);

/** `relu` whose gradient is left to the gradient of the one operation that uses the result. */
export function reluGradientDone(x: Tensor): Tensor {
  const y = new Tensor(native.tensor_relu(x.handle), x.dtype);
  return isTracked(x) ? record(y, [x], (gradient) => [gradient]) : y;
}
