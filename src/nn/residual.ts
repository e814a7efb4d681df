import { functional, Tensor } from "../tensor/mod.ts";
import type { Layer, Mode, Module } from "./module.ts";
import { sequential } from "./sequential.ts";

/** What a residual block adds its layers' output to, and how often. */
export interface ResidualOptions {
  /** Layers that bring the input into the shape of the output, such as a strided 1x1 convolution. */
  readonly shortcut?: Layer;
  /** Share of the images that skip the layers in training; 0 by default. */
  readonly dropRate?: number;
}

/** A residual block. */
export interface Residual extends Layer {
  /** What brings the input into the shape of the output, the second of its layers, where there is one. */
  readonly shortcut?: Layer;
  /** Share of the images that skip the layers in training, where there is one. */
  readonly dropRate?: number;
  /** As every layer's; with `relu` the output is `max(.., 0)` of the sum. */
  forward(x: Tensor, module: Module, mode: Mode, relu?: boolean): Tensor;
}

/**
 * `x + f(x)` for the layers `f`, which keep the shape (He et al., arXiv 1512.03385), or
 * `shortcut(x) + f(x)`, as in `residual({ shortcut }, ...f)`. With a shortcut the tensors of `f` are
 * named from `0.` on, and those of the shortcut `1.`. With a `dropRate` p, `f(x)` of an image is 0
 * with probability p in training and divided by 1 - p otherwise (stochastic depth, Huang et al., arXiv
 * 1603.09382, as torchvision scales it). Throws RangeError for a rate that is not in [0, 1).
 */
export function residual(
  first: Layer | ResidualOptions,
  ...others: readonly Layer[]
): Residual {
  const isLayer = "kind" in first;
  const { shortcut, dropRate = 0 }: ResidualOptions = isLayer ? {} : first;
  if (!(dropRate >= 0 && dropRate < 1)) {
    throw new RangeError(`Cannot define residual: the drop rate ${dropRate} is not in [0, 1)`);
  }
  const change = isLayer ? [first, ...others] : others;
  const dropped = dropRate > 0 && { dropRate };
  if (shortcut === undefined) {
    return {
      kind: "residual",
      layers: change,
      ...dropped,
      forward: (x, module, mode, relu) => summed(x, x, module, module, mode, relu),
    };
  }
  return {
    kind: "residual",
    layers: [sequential(...change), shortcut],
    shortcut,
    ...dropped,
    forward(x, module, mode, relu) {
      const [change, shortcut] = module.modules;
      const base = shortcut!.forward(x, mode);
      const sum = summed(x, base, change!, module, mode, relu);
      if (!sum.requiresGrad && base !== x) base.dispose();
      return sum;
    },
  };
}

/** The base and what `change` makes of the input: joined, if it is a plain sequence that no image skips. */
function summed(
  x: Tensor,
  base: Tensor,
  change: Module,
  module: Module,
  mode: Mode,
  relu = false,
): Tensor {
  const { dropRate = 0 } = module.layer as Residual;
  const skips = mode.training && dropRate > 0;
  const isSequence = change === module || change.layer.kind === "sequential";
  if (isSequence && !skips) return change.inner(x, mode, { added: base, relu });
  const y = isSequence ? change.inner(x, mode) : change.forward(x, mode);
  const sum = base.add(skips ? skipped(dropRate, y, module, mode) : y);
  return relu ? sum.relu() : sum;
}

/** The change of each image, or 0 for those that skip it. */
function skipped(rate: number, change: Tensor, { prefix }: Module, { random }: Mode): Tensor {
  if (random === undefined) {
    throw new TypeError("Cannot skip layers in training without chance: pass { random }");
  }
  const ones = Tensor.ones([change.shape[0]!, ...change.shape.slice(1).map(() => 1)], change);
  return change.mul(functional.dropout(ones, rate, random.child(`${prefix}depth`)));
}
