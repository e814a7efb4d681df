import type { Layer } from "./module.ts";

/** `max(x, 0)` */
export const relu: Layer = { kind: "relu", forward: (x) => x.relu() };

/** `x * Phi(x)` by the error function. */
export const gelu: Layer = { kind: "gelu", forward: (x) => x.gelu() };

/** `x * sigmoid(x)` */
export const silu: Layer = { kind: "silu", forward: (x) => x.silu() };

/** The hyperbolic tangent. */
export const tanh: Layer = { kind: "tanh", forward: (x) => x.tanh() };

/** `1 / (1 + exp(-x))` */
export const sigmoid: Layer = { kind: "sigmoid", forward: (x) => x.sigmoid() };
