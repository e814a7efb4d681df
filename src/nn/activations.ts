import { functional } from "../tensor/mod.ts";
import { type Layer, moduleOf, stateless } from "./module.ts";

/** `max(x, 0)` */
export const relu: Layer = {
  kind: "relu",
  build: ({ fusion }) =>
    moduleOf(fusion.reluGradientDone ? functional.reluGradientDone : (x) => x.relu()),
};

/** `x * Phi(x)` by the error function. */
export const gelu: Layer = stateless("gelu", (x) => x.gelu());

/** `x * sigmoid(x)` */
export const silu: Layer = stateless("silu", (x) => x.silu());

/** The hyperbolic tangent. */
export const tanh: Layer = stateless("tanh", (x) => x.tanh());

/** `1 / (1 + exp(-x))` */
export const sigmoid: Layer = stateless("sigmoid", (x) => x.sigmoid());
