import type { Tensor } from "../tensor/mod.ts";
import type { Module } from "./module.ts";
import type { BatchNorm, BatchNormTensors } from "./normalization.ts";
import type { Weights } from "./weights.ts";

/**
 * Weight and bias that give what a batch normalisation by running statistics gives of the layer
 * before it: with s = weight / sqrt(variance + epsilon), `s W` and `s (b - mean) + bias`.
 */
export function foldedWeights(
  { tensors: { weight, bias } }: Pick<Module<Weights>, "tensors">,
  normalization: { readonly layer: BatchNorm; readonly tensors: BatchNormTensors },
): { readonly weight: Tensor; readonly bias: Tensor } {
  const { layer: { epsilon }, tensors } = normalization;
  const { running_mean: mean, running_var: variance } = tensors;
  const variances = variance.add(epsilon);
  const deviation = variances.sqrt();
  const scale = tensors.weight.div(deviation);
  const perOutput = scale.reshape(weight.shape.map((length, dim) => dim === 0 ? length : 1));
  const centred = bias === undefined ? mean.neg() : bias.sub(mean);
  const scaled = centred.mul(scale);
  const folded = { weight: weight.mul(perOutput), bias: scaled.add(tensors.bias) };
  if (!folded.weight.requiresGrad && !folded.bias.requiresGrad) { // else the gradients need them
    for (const step of [variances, deviation, scale, perOutput, centred, scaled]) step.dispose();
  }
  return folded;
}
