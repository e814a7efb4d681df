import type { Shape, Tensor } from "../tensor/mod.ts";
import { defaultBias, defaultWeight, type Initializer } from "./initialization.ts";
import type { TensorSpecs } from "./module.ts";

/** How a layer's weights begin. */
export interface WeightOptions {
  /** Whether a bias is added, true by default. */
  readonly bias?: boolean;
  /** Initial weights, PyTorch's default where it is left out. */
  readonly weightInit?: Initializer;
  /** Initial bias, PyTorch's default where it is left out. */
  readonly biasInit?: Initializer;
}

/** The tensors of a layer that multiplies by a weight and perhaps adds a bias. */
export type Weights = { readonly weight: Tensor; readonly bias?: Tensor };

/** Weight and bias of a layer whose weight is `[out, in, ...]`. */
export function weightAndBias(
  shape: Shape,
  { bias = true, weightInit = defaultWeight, biasInit = defaultBias(shape) }: WeightOptions,
): TensorSpecs<Weights> {
  const weight = { shape, init: weightInit };
  return bias ? { weight, bias: { shape: [shape[0]!], init: biasInit } } : { weight };
}

/** Throws RangeError where a layer's size is no whole number of at least 1. */
export function checkSizes(layer: string, sizes: Readonly<Record<string, number>>): void {
  for (const [name, size] of Object.entries(sizes)) {
    if (!Number.isInteger(size) || size < 1) {
      throw new RangeError(`Cannot define ${layer}: ${name} is ${size}, and has to be 1 or more`);
    }
  }
}
