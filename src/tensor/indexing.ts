import { native } from "../ffi/mod.ts";
import { dimension, nativeShape, sameShape, type Shape, shapeText } from "./shape.ts";
import { isTracked, record } from "./tape.ts";
import { Tensor } from "./tensor.ts";

/** The entries of a dimension that `indices` (u32, `[n]`) names, in its order. */
export function indexSelect(x: Tensor, indices: Tensor, dim: number): Tensor {
  checkIndices(indices);
  const axis = dimension(dim, x.rank, "select");
  if (indices.rank !== 1) {
    throw new RangeError(`Cannot select by indices of shape ${shapeText(indices.shape)}: use [n]`);
  }
  const y = new Tensor(native.tensor_index_select(x.handle, indices.handle, axis), x.dtype);
  if (!isTracked(x)) return y;
  return record(y, [x], (gradient) => {
    const zeros = Tensor.zeros(x.shape, gradient);
    const added = native.tensor_index_add(zeros.handle, indices.handle, gradient.handle, axis);
    return [new Tensor(added, gradient.dtype)];
  });
}

/** One value along `dim` for each index (u32, of the result's shape). */
export function gather(x: Tensor, indices: Tensor, dim: number): Tensor {
  checkIndices(indices);
  const axis = dimension(dim, x.rank, "gather");
  const fits = indices.rank === x.rank &&
    indices.shape.every((length, i) => i === axis || length <= x.shape[i]!);
  if (!fits) {
    throw new RangeError(
      `Cannot gather from ${shapeText(x.shape)} by indices of shape ${
        shapeText(indices.shape)
      } over dimension ${dim}`,
    );
  }
  const y = new Tensor(native.tensor_gather(x.handle, indices.handle, axis), x.dtype);
  if (!isTracked(x)) return y;
  return record(y, [x], (gradient) => {
    const zeros = Tensor.zeros(x.shape, gradient);
    const added = native.tensor_scatter_add(zeros.handle, indices.handle, gradient.handle, axis);
    return [new Tensor(added, gradient.dtype)];
  });
}

function checkIndices(indices: Tensor): void {
  if (indices.dtype !== "u32") {
    throw new TypeError(`Cannot index by a ${indices.dtype} tensor: indices are u32`);
  }
}

/** Tensors one after the other along a dimension; their other lengths are equal. */
export function concat(tensors: readonly Tensor[], dim = 0): Tensor {
  const first = tensors[0];
  if (first === undefined) throw new RangeError("Cannot concat no tensors: give at least one");
  const axis = dimension(dim, first.rank, "concat");
  for (const tensor of tensors) {
    if (tensor.dtype !== first.dtype) {
      throw new TypeError(`Cannot concat ${first.dtype} and ${tensor.dtype}: cast one of them`);
    }
    const expected = first.shape.map((length, i) => i === axis ? tensor.shape[i]! : length);
    if (!sameShape(tensor.shape, expected)) {
      throw new RangeError(
        `Cannot concat ${shapeText(first.shape)} and ${
          shapeText(tensor.shape)
        } along dimension ${dim}: the other lengths differ`,
      );
    }
  }
  const handles = Float64Array.from(tensors, (tensor) => tensor.handle);
  const whole = new Tensor(native.tensor_concat(handles, axis), first.dtype);
  if (!tensors.some(isTracked)) return whole;
  return record(whole, tensors, (gradient, wanted) => {
    let start = 0;
    return tensors.map((tensor, i) => {
      const length = tensor.shape[axis]!;
      const part = wanted.wants(i) ? gradient.slice(axis, start, length) : undefined;
      start += length;
      return part;
    });
  });
}

/** Tensors of one shape side by side along a new dimension. */
export function stack(tensors: readonly Tensor[], dim = 0): Tensor {
  const first = tensors[0];
  if (first === undefined) throw new RangeError("Cannot stack no tensors: give at least one");
  const axis = dimension(dim, first.rank + 1, "stack");
  for (const { shape, dtype } of tensors) {
    if (dtype !== first.dtype || !sameShape(shape, first.shape)) {
      throw new RangeError(
        `Cannot stack ${first.dtype} ${shapeText(first.shape)} and ${dtype} ${
          shapeText(shape)
        }: shapes and dtypes have to be the same`,
      );
    }
  }
  const slot = first.shape.toSpliced(axis, 0, 1);
  const stacked = new Tensor(joined(tensors, slot, axis), first.dtype);
  if (!tensors.some(isTracked)) return stacked;
  return record(
    stacked,
    tensors,
    (gradient, wanted) =>
      tensors.map(({ shape }, i) =>
        wanted.wants(i) ? gradient.slice(axis, i, 1).reshape(shape) : undefined
      ),
  );
}

/** The handle of tensors side by side, each in another shape. */
function joined(tensors: readonly Tensor[], shape: Shape, axis: number): number {
  const slots = new Float64Array(tensors.length);
  try {
    tensors.forEach(({ handle }, i) =>
      slots[i] = native.tensor_reshape(handle, nativeShape(shape))
    );
    return native.tensor_concat(slots, axis);
  } finally {
    for (const handle of slots) if (handle !== 0) native.tensor_free(handle);
  }
}
