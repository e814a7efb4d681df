import { native } from "../ffi/mod.ts";
import { unbroadcast } from "./arithmetic.ts";
import { type DType, dtypeCode, isFloat } from "./dtype.ts";
import {
  broadcastShape,
  crossing,
  dimension,
  nativeShape,
  sameShape,
  type Shape,
  shapeText,
  sizeOf,
} from "./shape.ts";
import { isTracked, record } from "./tape.ts";
import { Tensor } from "./tensor.ts";

/** The values converted to another dtype; gradients go through from float to float. */
export function cast(x: Tensor, dtype: DType): Tensor {
  const handle = native.tensor_cast(x.handle, dtypeCode[dtype]);
  const y = dtype === x.dtype ? Tensor.view(x, handle) : new Tensor(handle, dtype);
  if (!isTracked(x) || !isFloat(dtype)) return y;
  return record(y, [x], (gradient) => [cast(gradient, x.dtype)]);
}

/** The same values in another shape of the same size; one length may be -1. */
export function reshape(x: Tensor, shape: Shape): Tensor {
  const lengths = shape.includes(-1) ? inferred(x, shape) : shape;
  if (sizeOf(lengths) !== x.size) {
    throw new RangeError(
      `Cannot reshape ${shapeText(x.shape)} to ${shapeText(shape)}: the sizes differ`,
    );
  }
  const y = Tensor.view(x, native.tensor_reshape(x.handle, nativeShape(lengths)), [...lengths]);
  return isTracked(x) ? record(y, [x], (gradient) => [reshape(gradient, x.shape)]) : y;
}

function inferred(x: Tensor, shape: Shape): Shape {
  const known = -sizeOf(shape);
  const rest = x.size / known;
  if (known <= 0 || !Number.isInteger(rest)) {
    throw new RangeError(
      `Cannot reshape ${shapeText(x.shape)} to ${shapeText(shape)}: -1 fits no length`,
    );
  }
  return shape.map((length) => length === -1 ? rest : length);
}

/** Dimensions in another order: `dims[i]` becomes dimension `i`. */
export function permute(x: Tensor, dims: readonly number[]): Tensor {
  const order = dims.map((dim) => dimension(dim, x.rank, "permute"));
  if (order.length !== x.rank || new Set(order).size !== x.rank) {
    throw new RangeError(
      `Cannot permute ${shapeText(x.shape)} by ${shapeText(dims)}: name each dimension once`,
    );
  }
  const y = Tensor.view(x, native.tensor_permute(x.handle, crossing(order)));
  if (!isTracked(x)) return y;
  return record(y, [x], (gradient) => [permute(gradient, order.map((_, i) => order.indexOf(i)))]);
}

/** Two dimensions exchanged. */
export function transpose(x: Tensor, a: number, b: number): Tensor {
  const order = x.shape.map((_, i) => i);
  const first = dimension(a, x.rank, "transpose");
  const second = dimension(b, x.rank, "transpose");
  order[first] = second;
  order[second] = first;
  return permute(x, order);
}

/** Repeated along new dimensions in front and dimensions of length 1. */
export function broadcastTo(x: Tensor, shape: Shape): Tensor {
  const result = broadcastShape(x.shape, shape);
  if (result === undefined || !sameShape(result, shape)) {
    throw new RangeError(`Cannot broadcast ${shapeText(x.shape)} to ${shapeText(shape)}`);
  }
  const y = Tensor.view(x, native.tensor_broadcast(x.handle, nativeShape(shape)));
  return isTracked(x) ? record(y, [x], (gradient) => [unbroadcast(gradient, x.shape)]) : y;
}

/** `length` entries of a dimension, from `start` on, every `step`-th. */
export function slice(
  x: Tensor,
  dim: number,
  start: number,
  length: number,
  step: number,
): Tensor {
  const axis = dimension(dim, x.rank, "slice");
  const last = start + (length - 1) * step;
  const whole = Number.isInteger(start) && Number.isInteger(length) && Number.isInteger(step);
  if (!whole || start < 0 || length < 0 || step < 1 || last >= x.shape[axis]!) {
    throw new RangeError(
      `Cannot slice ${length} entries from ${start} by ${step} out of dimension ${dim} of ${
        shapeText(x.shape)
      }`,
    );
  }
  const y = Tensor.view(
    x,
    native.tensor_slice(x.handle, axis, start, length, Math.min(step, 0xffffffff)),
  );
  if (!isTracked(x)) return y;
  return record(y, [x], (gradient) => {
    const places = Tensor.from(Uint32Array.from({ length }, (_, i) => start + i * step));
    const zeros = Tensor.zeros(x.shape, gradient);
    const scattered = native.tensor_index_add(zeros.handle, places.handle, gradient.handle, axis);
    return [new Tensor(scattered, gradient.dtype)];
  });
}
