import { native } from "../ffi/mod.ts";
import { unbroadcast } from "./arithmetic.ts";
import { broadcastShape, shapeText } from "./shape.ts";
import { isTracked, record } from "./tape.ts";
import { Tensor } from "./tensor.ts";

/** Matrix product `[..., m, k] @ [..., k, n] -> [..., m, n]`; the leading dimensions broadcast. */
export function matmul(a: Tensor, b: Tensor): Tensor {
  checkMatmul(a, b);
  const product = new Tensor(native.tensor_matmul(a.handle, b.handle), a.dtype);
  if (!isTracked(a) && !isTracked(b)) return product;
  return record(product, [a, b], (gradient, wanted) => [
    wanted.wants(0) ? unbroadcast(matmul(gradient, b.transpose()), a.shape) : undefined,
    wanted.wants(1) ? unbroadcast(matmul(a.transpose(), gradient), b.shape) : undefined,
  ]);
}

function checkMatmul(a: Tensor, b: Tensor): void {
  const left = a.shape;
  const right = b.shape;
  const refuse = (why: string) =>
    new RangeError(`Cannot matmul ${shapeText(left)} by ${shapeText(right)}: ${why}`);
  if (a.dtype !== b.dtype) {
    throw new TypeError(`Cannot matmul ${a.dtype} by ${b.dtype}: cast one of them`);
  }
  if (left.length < 2 || right.length < 2) throw refuse("both need at least two dimensions");
  if (left[left.length - 1] !== right[right.length - 2]) throw refuse("inner dimensions differ");
  const both = left.length === 2 && right.length === 2;
  if (!both && broadcastShape(left.slice(0, -2), right.slice(0, -2)) === undefined) {
    throw refuse("leading dimensions do not broadcast");
  }
}
