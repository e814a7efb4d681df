import { type Layer, moduleOf } from "./module.ts";
import { sequential } from "./sequential.ts";

/** `x + f(x)` for the layers `f`, which keep the shape (He et al., arXiv 1512.03385). */
export const residual = (...layers: readonly Layer[]): Layer => ({
  kind: "residual",
  build(site) {
    const inner = sequential(...layers).build({ ...site, fusion: {} });
    return moduleOf(
      (x, mode) => {
        const change = inner.forward(x, mode);
        const sum = x.add(change);
        if (change !== x && sum.node === undefined) change.dispose();
        return sum;
      },
      inner.parameters,
      inner.buffers,
    );
  },
});
