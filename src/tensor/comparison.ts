import { native } from "../ffi/mod.ts";
import { holds, ranges } from "./dtype.ts";
import { checkBroadcast, unbroadcast, withTensor } from "./arithmetic.ts";
import { isTracked, record } from "./tape.ts";
import { type Operand, Tensor } from "./tensor.ts";

/** Comparisons, by their native names. */
export type Comparison = "eq" | "ne" | "lt" | "le" | "gt" | "ge";

/** 1 where the comparison holds, 0 elsewhere (u8), broadcasting; numbers are compared as they are, as NumPy does. */
export function compare(comparison: Comparison, a: Tensor, other: Operand): Tensor {
  if (typeof other === "number" && !holds(a.dtype, other)) {
    return compareUnheld(comparison, a, other);
  }
  return withTensor(other, a, (b) => {
    checkBroadcast("compare", a, b);
    return new Tensor(native[`tensor_${comparison}`](a.handle, b.handle), "u8");
  });
}

/** Compares whole numbers with one that their dtype cannot hold: a fraction, NaN, or one beyond its range. */
function compareUnheld(comparison: Comparison, a: Tensor, other: number): Tensor {
  const [least, most] = ranges[a.dtype as keyof typeof ranges];
  const below = Math.floor(other); // x < other where x <= below
  const isLess = comparison === "lt" || comparison === "le";
  const isOrder = !Number.isNaN(other) && comparison !== "eq" && comparison !== "ne";
  if (isOrder && below >= least && below <= most) return compare(isLess ? "le" : "gt", a, below);
  const all = isOrder ? isLess === other > 0 : comparison === "ne";
  return Tensor.full(a.shape, Number(all), { dtype: "u8", device: a.device });
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
