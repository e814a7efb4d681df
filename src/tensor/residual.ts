import { sameShape, type Shape } from "./shape.ts";
import type { Tensor } from "./tensor.ts";

/** Whether `other` can be added to an output of x's type and of this shape as the output is stored. */
export const isAlike = (other: Tensor, x: Tensor, shape: Shape): boolean =>
  other.dtype === x.dtype && sameShape(other.shape, shape);

/** `other + y`, broadcasting, perhaps `max(.., 0)` of it; takes `y` over where no gradient needs it. */
export function added(y: Tensor, other: Tensor, relu: boolean): Tensor {
  const sum = other.add(y);
  if (!sum.requiresGrad) y.dispose();
  if (!relu) return sum;
  const result = sum.relu();
  if (!result.requiresGrad) sum.dispose();
  return result;
}
