import { type NamedTensor, parameter, type Shape } from "../tensor/mod.ts";
import { defaultBias, defaultWeight, type Initializer } from "./initialization.ts";
import type { Site } from "./module.ts";

/** How a layer's weights begin. */
export interface WeightOptions {
  /** Whether a bias is added, true by default. */
  readonly bias?: boolean;
  /** Initial weights, PyTorch's default where it is left out. */
  readonly weightInit?: Initializer;
  /** Initial bias, PyTorch's default where it is left out. */
  readonly biasInit?: Initializer;
}

/** A drawn parameter under its full name. */
export function drawn(
  site: Site,
  name: string,
  initializer: Initializer,
  shape: Shape,
): NamedTensor {
  const full = site.prefix + name;
  return {
    name: full,
    tensor: parameter(initializer(site.random.child(full), shape, site.options)),
  };
}

/** Weight and bias of a layer whose weight is `[out, in, ...]`. */
export function weightAndBias(
  site: Site,
  shape: Shape,
  { bias = true, weightInit = defaultWeight, biasInit = defaultBias(shape) }: WeightOptions,
): { weight: NamedTensor; bias: NamedTensor | undefined; parameters: NamedTensor[] } {
  const weight = drawn(site, "weight", weightInit, shape);
  const added = bias ? drawn(site, "bias", biasInit, [shape[0]!]) : undefined;
  return { weight, bias: added, parameters: added ? [weight, added] : [weight] };
}

/** Throws RangeError where a layer's size is no whole number of at least 1. */
export function checkSizes(layer: string, sizes: Readonly<Record<string, number>>): void {
  for (const [name, size] of Object.entries(sizes)) {
    if (!Number.isInteger(size) || size < 1) {
      throw new RangeError(`Cannot define ${layer}: ${name} is ${size}, and has to be 1 or more`);
    }
  }
}
