import { functional, keep, type NamedTensor, Tensor } from "../tensor/mod.ts";
import { ones, zeros } from "./initialization.ts";
import { type Layer, moduleOf } from "./module.ts";
import { checkSizes, drawn } from "./weights.ts";

/** Options of the batch normalisation layers. */
export interface BatchNormOptions {
  /** Added to the variance, 1e-5 by default. */
  readonly epsilon?: number;
  /** Share of a batch in the running statistics' update, 0.1 by default. */
  readonly momentum?: number;
}

/**
 * Normalises each channel of `[batch, channels, height, width]`: by the batch's statistics in
 * training, by running ones in evaluation.
 */
export const batchNorm2d = (channels: number, options: BatchNormOptions = {}): Layer =>
  batchNorm("batchNorm2d", 4, channels, options);

/** Normalises each feature of `[batch, features]`, as `batchNorm2d` does channels. */
export const batchNorm1d = (features: number, options: BatchNormOptions = {}): Layer =>
  batchNorm("batchNorm1d", 2, features, options);

function batchNorm(
  kind: string,
  rank: number,
  channels: number,
  { epsilon = 1e-5, momentum = 0.1 }: BatchNormOptions,
): Layer {
  checkSizes(kind, { channels });
  return {
    kind,
    build(site) {
      const { prefix, options } = site;
      const weight = drawn(site, "weight", ones, [channels]);
      const bias = drawn(site, "bias", zeros, [channels]);
      const mean = keep(Tensor.zeros([channels], options));
      const variance = keep(Tensor.ones([channels], options));
      const batches = keep(Tensor.zeros([], { ...options, dtype: "i64" }));
      const running = { mean, variance, momentum };
      const buffers: NamedTensor[] = [
        { name: `${prefix}running_mean`, tensor: mean },
        { name: `${prefix}running_var`, tensor: variance },
        { name: `${prefix}num_batches_tracked`, tensor: batches },
      ];
      return moduleOf(
        (x, { training }) => {
          if (x.rank !== rank) {
            throw new RangeError(`Cannot apply ${kind} to a tensor of rank ${x.rank}: use ${rank}`);
          }
          if (!training) {
            return functional.batchNormInference(
              x,
              weight.tensor,
              bias.tensor,
              mean,
              variance,
              epsilon,
            );
          }
          using next = Tensor.full([], batches.item() + 1, { ...options, dtype: "i64" });
          batches.assign(next);
          return functional.batchNorm(x, weight.tensor, bias.tensor, epsilon, running);
        },
        [weight, bias],
        buffers,
      );
    },
  };
}

/** Normalises the last dimension, of `features` values, by its own mean and variance. */
export function layerNorm(features: number, { epsilon = 1e-5 }: { epsilon?: number } = {}): Layer {
  checkSizes("layerNorm", { features });
  return {
    kind: "layerNorm",
    build(site) {
      const weight = drawn(site, "weight", ones, [features]);
      const bias = drawn(site, "bias", zeros, [features]);
      return moduleOf(
        (x) => functional.layerNorm(x, weight.tensor, bias.tensor, epsilon),
        [weight, bias],
      );
    },
  };
}
