import type { NestedNumbers, TensorData } from "./dtype.ts";
import { maxRank, type Shape } from "./shape.ts";

/** Whether the data are plain, possibly nested numbers and no typed array. */
export const isNested = (data: TensorData): data is NestedNumbers => Array.isArray(data);

/** The shape that the nesting of numbers has; throws RangeError where lengths differ. */
export function nestedShape(data: NestedNumbers): Shape {
  const shape: number[] = [];
  for (let part: number | NestedNumbers | undefined = data; Array.isArray(part); part = part[0]) {
    shape.push(part.length);
    if (shape.length > maxRank) {
      throw new RangeError(
        `Cannot make a tensor of nested numbers: at most ${maxRank} dimensions are supported`,
      );
    }
  }
  checkLengths(data, shape, 0);
  return shape;
}

function checkLengths(part: number | NestedNumbers, shape: Shape, depth: number): void {
  const expected = shape[depth];
  if (expected === undefined && typeof part === "number") return;
  if (typeof part === "number" || !Array.isArray(part) || part.length !== expected) throw ragged();
  for (let i = 0; i < expected; i++) checkLengths(part[i], shape, depth + 1);
}

const ragged = () =>
  new RangeError("Cannot make a tensor of nested numbers: the lengths at one depth differ");
