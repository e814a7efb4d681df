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
    const passes = joined(inOrder);
    const whole = moduleOf(
      (x, mode) => run(passes, x, mode),
      inOrder.flatMap(({ parameters }) => parameters),
      inOrder.flatMap(({ buffers }) => buffers),
    );
    return { ...whole, modules };
  },
});

type Pass = (x: Tensor, mode: Mode) => Tensor;

/** The modules as they are run: a max-pooling in one pass with the module before it, if that can. */
const joined = (modules: readonly Module[]): Pass[] =>
  modules.flatMap((module, index) => {
    if (modules[index - 1]?.forwardPooled) return [];
    return [(x, mode) => module.forwardPooled?.(x) ?? module.forward(x, mode)];
  });

function run(passes: readonly Pass[], x: Tensor, mode: Mode): Tensor {
  let value = x;
  for (const pass of passes) {
    const next = pass(value, mode);
    // What no gradient needs goes at once: its memory is warm for the next layer.
    if (value !== x && value !== next && next.node === undefined) value.dispose();
    value = next;
  }
  return value;
}
