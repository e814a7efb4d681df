import { scope } from "./scope.ts";
import { sameShape, shapeText } from "./shape.ts";
import { type Backward, isTracked, noGradients, record } from "./tape.ts";
import type { Tensor } from "./tensor.ts";

/**
 * Adds an operation with a gradient of its own: `forward` computes the output from the inputs (its
 * own operations are not recorded), `backward` gives a gradient for each input, in their order and
 * of their shapes, as new tensors or `gradient` itself, or undefined where `wanted.wants(i)` is
 * false.
 *
 * @example
 * ```ts
 * import { differentiable, type Tensor } from "@wick/wick";
 *
 * // Rounds forward, and lets the gradient straight through.
 * const quantize = (x: Tensor) =>
 *   differentiable([x], (x) => x.mul(8).cast("i64").cast("f32").div(8), (gradient) => [gradient]);
 * ```
 */
export function differentiable(
  inputs: readonly Tensor[],
  forward: (...inputs: Tensor[]) => Tensor,
  backward: Backward<Tensor>,
): Tensor {
  const output = scope(() => noGradients(() => forward(...inputs)));
  if (!inputs.some(isTracked)) return output;
  if (inputs.includes(output)) {
    throw new TypeError("forward() returned its input: return a new tensor");
  }
  return record(output, inputs, (gradient, wanted) => {
    const results = backward(gradient, wanted);
    inputs.forEach((input, i) => {
      const result = results[i];
      if (result === undefined ? wanted.wants(i) : !sameShape(result.shape, input.shape)) {
        const found = result === undefined ? "is missing" : `has shape ${shapeText(result.shape)}`;
        throw new RangeError(
          `The gradient of input ${i} ${found}, but the input has shape ${shapeText(input.shape)}`,
        );
      }
    });
    return results;
  });
}
