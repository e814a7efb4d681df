import type { Tensor } from "../tensor/mod.ts";
import { plan } from "./fusion.ts";
import { type Layer, type Mode, type Module, moduleOf } from "./module.ts";

/** Layers one after the other; their parameters are named by their places, `0.weight`. */
export const sequential = (...layers: readonly Layer[]): Layer => ({
  kind: "sequential",
  build(site) {
    const steps = site.fuse
      ? plan(layers)
      : layers.map((layer, index) => ({ layer, index, fusion: {} }));
    const modules = steps.map(({ layer, index, fusion }) => {
      const name = `${site.prefix}${index}`;
      return {
        name,
        kind: layer.kind,
        module: layer.build({ ...site, prefix: `${name}.`, fusion }),
      };
    });
    const inOrder = modules.map(({ module }) => module);
    const whole = moduleOf(
      (x, mode) => run(inOrder, x, mode),
      inOrder.flatMap(({ parameters }) => parameters),
      inOrder.flatMap(({ buffers }) => buffers),
    );
    return { ...whole, modules };
  },
});

function run(modules: readonly Module[], x: Tensor, mode: Mode): Tensor {
  let value = x;
  for (const module of modules) {
    const next = module.forward(value, mode);
    // What no gradient needs goes at once: its memory is warm for the next layer.
    if (value !== x && value !== next && next.node === undefined) value.dispose();
    value = next;
  }
  return value;
}
