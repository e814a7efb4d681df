import type { Layer, Mode, Module } from "./module.ts";
import type { Tensor } from "../tensor/mod.ts";
import { sequential } from "./sequential.ts";

/** What a residual block adds its layers' output to. */
export interface ResidualOptions {
  /** Layers that bring the input into the shape of the output, such as a strided 1x1 convolution. */
  readonly shortcut: Layer;
}

/**
 * `x + f(x)` for the layers `f`, which keep the shape (He et al., arXiv 1512.03385), or
 * `shortcut(x) + f(x)`, as in `residual({ shortcut }, ...f)`. With a shortcut the tensors of `f` are
 * named from `0.` on, and those of the shortcut `1.`.
 */
export function residual(
  first: Layer | ResidualOptions,
  ...others: readonly Layer[]
): Layer {
  if (!("shortcut" in first)) {
    return { kind: "residual", layers: [first, ...others], forward: plain };
  }
  return { kind: "residual", layers: [sequential(...others), first.shortcut], forward: projected };
}

function plain(x: Tensor, { inner }: Module, mode: Mode): Tensor {
  return added(x, inner(x, mode), x);
}

function projected(x: Tensor, { modules: [change, shortcut] }: Module, mode: Mode): Tensor {
  return added(shortcut!.forward(x, mode), change!.forward(x, mode), x);
}

/** The sum; what no gradient needs is freed at once, but never the input. */
function added(base: Tensor, change: Tensor, input: Tensor): Tensor {
  const sum = base.add(change);
  if (sum.requiresGrad) return sum;
  if (base !== input) base.dispose();
  if (change !== input && change !== base) change.dispose();
  return sum;
}
