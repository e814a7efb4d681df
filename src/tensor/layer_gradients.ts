import type { Gradients, Wanted } from "./tape.ts";
import { Tensor } from "./tensor.ts";

const three = new Float64Array(3);

/**
 * The gradients for a layer's inputs (x, weight and perhaps bias) by one native call, which
 * `callback` makes. The callback is given a bit for each input that wants a gradient, and the array
 * for three handles; the handle of a gradient that is not wanted is 0.
 */
export function layerGradients(
  inputs: readonly Tensor[],
  wanted: Wanted,
  callback: (which: number, out: Float64Array<ArrayBuffer>) => void,
): Gradients<Tensor> {
  let which = 0;
  for (let i = 0; i < inputs.length; i++) if (wanted.wants(i)) which |= 1 << i;
  callback(which, three);
  return inputs.map(({ dtype, shape }, i) =>
    three[i] === 0 ? undefined : new Tensor(three[i]!, dtype, shape)
  );
}

/** Throws where a layer's input has not the dtype of its weight. */
export function checkLayerDtype(layer: string, x: Tensor, weight: Tensor): void {
  if (x.dtype !== weight.dtype) {
    throw new TypeError(
      `Cannot apply a ${layer} of ${weight.dtype} weights to ${x.dtype}: cast the input`,
    );
  }
}
