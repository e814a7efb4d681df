import type { Layer } from "./module.ts";

/** Layers one after the other; their parameters are named by their places, `0.weight`. */
export const sequential = (...layers: readonly Layer[]): Layer => ({
  kind: "sequential",
  layers,
  forward: (x, { inner }, mode) => inner(x, mode),
});
