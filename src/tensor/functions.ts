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
  | "relu";

const made = (handle: number, like: Tensor): Tensor => new Tensor(handle, like.dtype);

/** Throws where a tensor's elements are whole numbers. */
export function checkFloat(name: string, x: Tensor): void {
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
const fromInput = (name: "abs" | "square"): Elementwise =>
  elementwise(
    name,
    (x, _y, gradient) => made(native[`tensor_${name}_gradient`](x.handle, gradient.handle), x),
  );

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

/** `max(x, 0)`; the gradient at 0 is 0. */
export const relu: Elementwise = elementwise(
  "relu",
  (_x, y, gradient) => made(native.tensor_relu_gradient(y.handle, gradient.handle), y),
);

/** `relu` whose gradient is left to the gradient of the one operation that uses the result. */
export function reluGradientDone(x: Tensor): Tensor {
  const y = made(native.tensor_relu(x.handle), x);
  return isTracked(x) ? record(y, [x], (gradient) => [gradient]) : y;
}
