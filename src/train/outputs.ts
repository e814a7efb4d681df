import type { Tensor } from "../tensor/mod.ts";

/** Throws RangeError unless a model's outputs are a number for each class, `[batch, classes]`. */
export function checkOutputs({ shape }: Tensor, classes: number): void {
  if (shape.length === 2 && shape[1] === classes) return;
  throw new RangeError(
    `The model's outputs are [${shape.join(", ")}], but the images are of ${classes} classes: ` +
      `they have to be [batch, ${classes}]`,
  );
}
