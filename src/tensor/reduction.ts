import { native } from "../ffi/mod.ts";
import { isFloat } from "./dtype.ts";
import { crossing, dimension, dimensions, type Shape, shapeText, sizeOf } from "./shape.ts";
import { isTracked, record } from "./tape.ts";
import { Tensor } from "./tensor.ts";

/** Dimensions to reduce over; undefined means all dimensions. */
export type Dims = number | readonly number[] | undefined;

/** Sum over dimensions. */
export function sum(x: Tensor, dims: Dims, keep: boolean): Tensor {
  const over = dimensions(dims, x.rank, "sum");
  const handle = native.tensor_sum(x.handle, crossing(over), Number(keep));
  const y = new Tensor(handle, x.dtype);
  if (!isTracked(x)) return y;
  return record(y, [x], (gradient) => [spread(gradient, x.shape, over)]);
}

/** Mean over dimensions. */
export function mean(x: Tensor, dims: Dims, keep: boolean): Tensor {
  if (!isFloat(x.dtype)) {
    throw new TypeError(`Cannot take the mean of a ${x.dtype} tensor: cast it to f32`);
  }
  const over = dimensions(dims, x.rank, "average");
  const handle = native.tensor_mean(x.handle, crossing(over), Number(keep));
  const y = new Tensor(handle, x.dtype);
  if (!isTracked(x)) return y;
  const count = over.reduce((product, dim) => product * x.shape[dim]!, 1);
  return record(y, [x], (gradient) => [spread(gradient.div(count), x.shape, over)]);
}

/** Greatest or smallest value over dimensions; the first one takes the whole gradient. */
export function extremum(kind: "max" | "min", x: Tensor, dims: Dims, keep: boolean): Tensor {
  const over = dimensions(dims, x.rank, `take the ${kind}`);
  if (over.some((dim) => x.shape[dim] === 0)) {
    throw new RangeError(`Cannot take the ${kind} of an empty dimension of ${shapeText(x.shape)}`);
  }
  const call = kind === "max" ? native.tensor_max : native.tensor_min;
  const y = new Tensor(call(x.handle, crossing(over), Number(keep)), x.dtype);
  if (!isTracked(x)) return y;
  return record(y, [x], (gradient) => {
    const others = x.shape.map((_, dim) => dim).filter((dim) => !over.includes(dim));
    const order = [...others, ...over];
    const moved = x.permute(order);
    const terms = sizeOf(over.map((dim) => x.shape[dim]!));
    const rows = moved.reshape([...others.map((dim) => x.shape[dim]!), terms]);
    const first = argmax(kind === "max" ? rows : rows.neg(), -1, true);
    const scattered = native.tensor_scatter_add(
      Tensor.zeros(rows.shape, gradient).handle,
      first.handle,
      gradient.reshape(first.shape).handle,
      rows.rank - 1,
    );
    return [
      new Tensor(scattered, gradient.dtype)
        .reshape(moved.shape)
        .permute(order.map((_, dim) => order.indexOf(dim))),
    ];
  });
}

/** Index of the first maximum along a dimension (u32). */
export function argmax(x: Tensor, dim: number, keep: boolean): Tensor {
  const axis = dimension(dim, x.rank, "take the argmax");
  return new Tensor(native.tensor_argmax(x.handle, axis, Number(keep)), "u32");
}

/** The gradient of a sum: each term gets the whole. */
function spread(gradient: Tensor, shape: Shape, over: readonly number[]): Tensor {
  const kept = shape.map((length, dim) => over.includes(dim) ? 1 : length);
  return gradient.reshape(kept).broadcastTo(shape);
}
