import { native } from "../ffi/mod.ts";
import { isTracked } from "./tape.ts";
import { Tensor } from "./tensor.ts";

/** The tensors of a batch normalisation by given statistics, `[features]` each. */
export interface GivenNormalization {
  readonly weight: Tensor;
  readonly bias: Tensor;
  readonly mean: Tensor;
  readonly variance: Tensor;
}

const pair = new Float64Array(2);

/**
 * Weight `[out, ..]` and bias `[out]` that give what a batch normalisation by given statistics gives
 * of the layer before it: with s = weight / sqrt(variance + epsilon), `s W` and `s (b - mean) + bias`.
 */
export function foldBatchNorm(
  weight: Tensor,
  bias: Tensor | undefined,
  normalization: GivenNormalization,
  epsilon: number,
): { readonly weight: Tensor; readonly bias: Tensor } {
  const { mean, variance } = normalization;
  const all = [weight, bias, normalization.weight, normalization.bias, mean, variance];
  if (!all.some((tensor) => tensor !== undefined && isTracked(tensor))) {
    native.fold_batch_norm(
      weight.handle,
      bias?.handle ?? 0,
      normalization.weight.handle,
      normalization.bias.handle,
      mean.handle,
      variance.handle,
      epsilon,
      pair,
    );
    const { dtype } = weight;
    return { weight: new Tensor(pair[0]!, dtype), bias: new Tensor(pair[1]!, dtype) };
  }
  const scale = normalization.weight.div(variance.add(epsilon).sqrt());
  const perOutput = scale.reshape(weight.shape.map((length, dim) => dim === 0 ? length : 1));
  const centred = bias === undefined ? mean.neg() : bias.sub(mean);
  return { weight: weight.mul(perOutput), bias: centred.mul(scale).add(normalization.bias) };
}
