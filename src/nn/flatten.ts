import { type Layer, stateless } from "./module.ts";

/** `[batch, ...] -> [batch, features]` */
export const flatten: Layer = stateless(
  "flatten",
  (x) => x.reshape([x.shape[0]!, x.size / Math.max(x.shape[0]!, 1)]),
);
