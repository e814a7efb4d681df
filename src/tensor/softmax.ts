import { native } from "../ffi/mod.ts";
import { dimension } from "./shape.ts";
import { isTracked, record } from "./tape.ts";
import { Tensor } from "./tensor.ts";

/** `exp(x)` along a dimension, divided by its sum. */
export function softmax(x: Tensor, dim: number): Tensor {
  const axis = dimension(dim, x.rank, "take the softmax");
  const y = new Tensor(native.tensor_softmax(x.handle, axis), x.dtype);
  if (!isTracked(x)) return y;
  return record(y, [x], (gradient) => [
    new Tensor(native.tensor_softmax_gradient(y.handle, gradient.handle, axis), y.dtype),
  ]);
}

/** The logarithm of `softmax`, computed without it. */
export function logSoftmax(x: Tensor, dim: number): Tensor {
  const axis = dimension(dim, x.rank, "take the log-softmax");
  const y = new Tensor(native.tensor_log_softmax(x.handle, axis), x.dtype);
  if (!isTracked(x)) return y;
  return record(y, [x], (gradient) => [
    new Tensor(native.tensor_log_softmax_gradient(y.handle, gradient.handle, axis), y.dtype),
  ]);
}
