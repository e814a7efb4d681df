import { assert } from "@std/assert";
import { gradients, Random, scope, Tensor } from "../../src/tensor/mod.ts";

const width = 1e-5;

/** A fixed weighting of an output's elements, which makes a loss of it. */
export function weighted(output: Tensor): Tensor {
  const weights = new Random(11, "test/weights").uniform(output.shape, -1, 1, { dtype: "f64" });
  return output.mul(weights.cast(output.dtype)).sum();
}

/**
 * Throws unless the gradients of `weighted(apply(...leaves))` are the central differences, within
 * 1e-6 relative. Leaves are f64 parameters; at most 20 elements of each are tried.
 */
export function assertGradients(leaves: readonly Tensor[], apply: () => Tensor, what: string) {
  const analytic = scope(() =>
    gradients(weighted(apply()), leaves).map((gradient) => gradient.numbers())
  );
  const loss = () => scope(() => weighted(apply()).item());
  leaves.forEach((leaf, place) => {
    const values = leaf.read() as Float64Array<ArrayBuffer>;
    const stride = Math.max(1, Math.floor(values.length / 20));
    const at = (element: number, value: number) => {
      const moved = values.slice();
      moved[element] = value;
      using source = Tensor.from(moved, leaf.shape);
      leaf.assign(source);
      return loss();
    };
    for (let element = 0; element < values.length; element += stride) {
      const value = values[element];
      const numeric = (at(element, value + width) - at(element, value - width)) / (2 * width);
      const found = analytic[place][element];
      const scale = Math.max(1, Math.abs(numeric), Math.abs(found));
      assert(
        Math.abs(numeric - found) <= 1e-6 * scale,
        `${what}: gradient of input ${place}, element ${element} is ${found}, by differences ${numeric}`,
      );
    }
    using source = Tensor.from(values, leaf.shape);
    leaf.assign(source);
  });
}
