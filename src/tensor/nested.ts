import type { NestedNumbers, TensorData } from "./dtype.ts";
import { type Shape, shapeText } from "./shape.ts";

/** Whether the data are plain, possibly nested numbers and no typed array. */
export const isNested = (data: TensorData): data is NestedNumbers => Array.isArray(data);

/** The shape that the nesting of numbers has; throws RangeError where lengths differ. */
export function nestedShape(data: NestedNumbers): Shape {
  const first = data[0];
  if (first === undefined || typeof first === "number") {
    if (data.some((item) => typeof item !== "number")) throw ragged();
    return [data.length];
  }
  const inner = nestedShape(first);
  for (const item of data) {
    if (typeof item === "number" || shapeText(nestedShape(item)) !== shapeText(inner)) {
      throw ragged();
    }
  }
  return [data.length, ...inner];
}

const ragged = () =>
  new RangeError("Cannot make a tensor of nested numbers: the lengths at one depth differ");
