import type { Layer } from "./module.ts";

/** `x + f(x)` for the layers `f`, which keep the shape (He et al., arXiv 1512.03385). */
export const residual = (...layers: readonly Layer[]): Layer => ({
  kind: "residual",
  layers,
  forward(x, { inner }, mode) {
    const change = inner(x, mode);
    const sum = x.add(change);
    if (change !== x && !sum.requiresGrad) change.dispose();
    return sum;
  },
});
