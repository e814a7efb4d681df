import { functional } from "../tensor/mod.ts";
import type { Layer } from "./module.ts";

/** `max(x, 0)` */
export const relu: Layer = { kind: "relu", forward: functional.relu };

/** `x * Phi(x)` by the error function. */
export const gelu: Layer = { kind: "gelu", forward: functional.gelu };

/** `x * sigmoid(x)` */
export const silu: Layer = { kind: "silu", forward: functional.silu };

/** The hyperbolic tangent. */
export const tanh: Layer = { kind: "tanh", forward: functional.tanh };

/** `1 / (1 + exp(-x))` */
export const sigmoid: Layer = { kind: "sigmoid", forward: functional.sigmoid };
