import { native } from "../ffi/mod.ts";
import { checkBroadcast, unbroadcast, withTensor } from "./arithmetic.ts";
import { isTracked, record } from "./tape.ts";
import { type Operand, Tensor } from "./tensor.ts";

/** Comparisons, by their native names. */
export type Comparison = "eq" | "ne" | "lt" | "le" | "gt" | "ge";

/** 1 where the comparison holds, 0 elsewhere (u8), broadcasting. */
export function compare(comparison: Comparison, a: Tensor, other: Operand): Tensor {
  return withTensor(other, a, (b) => {
    checkBroadcast("compare", a, b);
    return new Tensor(native[`tensor_${comparison}`](a.handle, b.handle), "u8");
  });
}

/** `a` where the condition (u8) is not 0, `b` elsewhere; all three broadcast. */
export function where(condition: Tensor, a: Tensor, b: Tensor): Tensor {
  if (condition.dtype !== "u8") {
    throw new TypeError(`Cannot choose by a ${condition.dtype} tensor: a condition is u8`);
  }
  checkBroadcast("choose between", a, b);
  const chosen = new Tensor(native.tensor_where(condition.handle, a.handle, b.handle), a.dtype);
  if (!isTracked(a) && !isTracked(b)) return chosen;
  return record(chosen, [a, b], (gradient, wanted) => {
    const zero = Tensor.zeros([], gradient);
    return [
      wanted.wants(0) ? unbroadcast(where(condition, gradient, zero), a.shape) : undefined,
      wanted.wants(1) ? unbroadcast(where(condition, zero, gradient), b.shape) : undefined,
    ];
  });
}
