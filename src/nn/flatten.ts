import type { Layer } from "./module.ts";

/** `[batch, ...] -> [batch, features]` */
export const flatten: Layer = {
  kind: "flatten",
  forward: (x) => x.reshape([x.shape[0]!, x.size / Math.max(x.shape[0]!, 1)]),
};
