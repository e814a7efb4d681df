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

/** `x * clamp(x + 3, 0, 6) / 6` */
export const hardswish: Layer = { kind: "hardswish", forward: functional.hardswish };

/** `x * tanh(ln(1 + e^x))` */
export const mish: Layer = { kind: "mish", forward: functional.mish };

/** `x` where it is above 0, `negativeSlope * x` elsewhere. */
export const leakyRelu = (negativeSlope = 0.01): Layer & { readonly negativeSlope: number } => ({
  kind: "leakyRelu",
  negativeSlope,
  forward: (x) => functional.leakyRelu(x, negativeSlope),
});

/** `x` where it is above 0, `alpha * (e^x - 1)` elsewhere. */
export const elu = (alpha = 1): Layer & { readonly alpha: number } => ({
  kind: "elu",
  alpha,
  forward: (x) => functional.elu(x, alpha),
});

/** `ln(1 + e^(beta x)) / beta`, or `x` where `beta x` is above the threshold. */
export const softplus = (
  { beta = 1, threshold = 20 }: { readonly beta?: number; readonly threshold?: number } = {},
): Layer & { readonly beta: number; readonly threshold: number } => ({
  kind: "softplus",
  beta,
  threshold,
  forward: (x) => functional.softplus(x, beta, threshold),
});
