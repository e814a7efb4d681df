import {
  type BatchNormEpilogue,
  functional,
  type NormalizationEpilogue,
  Tensor,
} from "../tensor/mod.ts";
import { type Initializer, ones, zeros } from "./initialization.ts";
import type { Layer, Mode, Module } from "./module.ts";
import { checkSizes } from "./weights.ts";

/** Options of the batch normalisation layers. */
export interface BatchNormOptions {
  /** Added to the variance, 1e-5 by default. */
  readonly epsilon?: number;
  /** Share of a batch in the running statistics' update, 0.1 by default. */
  readonly momentum?: number;
}

/** The tensors of a batch normalisation, `[features]` each, and the number of batches seen. */
export type BatchNormTensors = {
  readonly weight: Tensor;
  readonly bias: Tensor;
  readonly running_mean: Tensor;
  readonly running_var: Tensor;
  readonly num_batches_tracked: Tensor;
};

/** A layer that can end in what follows it, in the same call. */
export interface Normalization<Own, Epilogue = NormalizationEpilogue> extends Layer<Own> {
  /** As every layer's; `epilogue` is what the call ends in. */
  forward(
    x: Tensor,
    module: Module<Own>,
    mode: Mode,
    epilogue?: Epilogue,
  ): Tensor;
}

/** A batch normalisation layer. */
export interface BatchNorm
  extends Normalization<BatchNormTensors, BatchNormEpilogue>, Required<BatchNormOptions> {
  /** Channels of an image, or features. */
  readonly features: number;
}

/**
 * Normalises each channel of `[batch, channels, height, width]`: by the batch's statistics in
 * training, by running ones in evaluation.
 */
export const batchNorm2d = (channels: number, options: BatchNormOptions = {}): BatchNorm =>
  batchNorm("batchNorm2d", 4, channels, options);

/** Normalises each feature of `[batch, features]`, as `batchNorm2d` does channels. */
export const batchNorm1d = (features: number, options: BatchNormOptions = {}): BatchNorm =>
  batchNorm("batchNorm1d", 2, features, options);

const noBatches: Initializer = (_random, shape, options) =>
  Tensor.zeros(shape, { ...options, dtype: "i64" });

function batchNorm(
  kind: string,
  rank: number,
  features: number,
  { epsilon = 1e-5, momentum = 0.1 }: BatchNormOptions,
): BatchNorm {
  checkSizes(kind, { channels: features });
  const shape = [features];
  return {
    kind,
    features,
    epsilon,
    momentum,
    parameters: { weight: { shape, init: ones }, bias: { shape, init: zeros } },
    buffers: {
      running_mean: { shape, init: zeros },
      running_var: { shape, init: ones },
      num_batches_tracked: { shape: [], init: noBatches },
    },
    forward(x, { tensors }, { training }, epilogue) {
      if (x.rank !== rank) {
        throw new RangeError(`Cannot apply ${kind} to a tensor of rank ${x.rank}: use ${rank}`);
      }
      const { weight, bias, running_mean: mean, running_var: variance } = tensors;
      if (!training) {
        return functional.batchNormInference(x, weight, bias, mean, variance, epsilon, epilogue);
      }
      countBatch(tensors);
      return functional.batchNorm(x, weight, bias, epsilon, { mean, variance, momentum }, epilogue);
    },
  };
}

/** The normalisation of images left to what reads them; undefined where it cannot be. */
export function pendingBatchNorm(
  { layer: { epsilon, momentum }, tensors }: Module<BatchNormTensors> & {
    readonly layer: BatchNorm;
  },
  x: Tensor,
  { training }: Mode,
  options: functional.PendingOptions,
): functional.PendingBatchNorm | undefined {
  if (x.rank !== 4) return undefined;
  const { weight, bias, running_mean: mean, running_var: variance } = tensors;
  if (!training) {
    const { relu = false } = options;
    return functional.pendingBatchNormInference(x, weight, bias, mean, variance, epsilon, relu);
  }
  countBatch(tensors);
  return functional.pendingBatchNorm(
    x,
    weight,
    bias,
    epsilon,
    { mean, variance, momentum },
    options,
  );
}

function countBatch({ num_batches_tracked: batches }: BatchNormTensors): void {
  using next = Tensor.full([], batches.item() + 1, batches);
  batches.assign(next);
}

/** A layer normalisation. */
export interface LayerNorm extends Layer<{ readonly weight: Tensor; readonly bias: Tensor }> {
  /** Length of the last dimension, or channels of an image. */
  readonly features: number;
  /** Added to the variance. */
  readonly epsilon: number;
}

/** Normalises the last dimension, of `features` values, by its own mean and variance. */
export const layerNorm = (features: number, options: { epsilon?: number } = {}): LayerNorm =>
  ofLayer("layerNorm", functional.layerNorm, features, options);

/**
 * Normalises each pixel of `[batch, channels, height, width]` over its channels, by its own mean and
 * variance, as torchvision's `LayerNorm2d`.
 */
export const layerNorm2d = (channels: number, options: { epsilon?: number } = {}): LayerNorm =>
  ofLayer("layerNorm2d", functional.layerNorm2d, channels, options);

function ofLayer(
  kind: string,
  normalise: typeof functional.layerNorm,
  features: number,
  { epsilon = 1e-5 }: { epsilon?: number },
): LayerNorm {
  checkSizes(kind, { features });
  const shape = [features];
  return {
    kind,
    features,
    epsilon,
    parameters: { weight: { shape, init: ones }, bias: { shape, init: zeros } },
    forward: (x, { tensors: { weight, bias } }) => normalise(x, weight, bias, epsilon),
  };
}

/** A group normalisation. */
export interface GroupNorm
  extends Normalization<{ readonly weight: Tensor; readonly bias: Tensor }> {
  /** Groups of channels. */
  readonly groups: number;
  /** Channels of an image. */
  readonly channels: number;
  /** Added to the variance. */
  readonly epsilon: number;
}

/**
 * Normalises each image's groups of channels of `[batch, channels, ..]`, each by its own mean and
 * variance; weight and bias belong to channels.
 */
export function groupNorm(
  groups: number,
  channels: number,
  { epsilon = 1e-5 }: { epsilon?: number } = {},
): GroupNorm {
  checkSizes("groupNorm", { groups, channels });
  if (channels % groups !== 0) {
    throw new RangeError(`Cannot define groupNorm: ${groups} groups do not divide ${channels}`);
  }
  const shape = [channels];
  return {
    kind: "groupNorm",
    groups,
    channels,
    epsilon,
    parameters: { weight: { shape, init: ones }, bias: { shape, init: zeros } },
    forward: (x, { tensors: { weight, bias } }, _mode, epilogue) =>
      functional.groupNorm(x, groups, weight, bias, epsilon, epilogue),
  };
}

/** A root mean square normalisation. */
export interface RMSNorm extends Layer<{ readonly weight: Tensor }> {
  /** Length of the last dimension. */
  readonly features: number;
  /** Added to the mean square. */
  readonly epsilon: number;
}

/**
 * Divides the last dimension, of `features` values, by the root of its mean square. By default
 * `epsilon` is the distance from 1 to the next f32, 2^-23.
 */
export function rmsNorm(
  features: number,
  { epsilon = 1.1920928955078125e-7 }: { epsilon?: number } = {},
): RMSNorm {
  checkSizes("rmsNorm", { features });
  return {
    kind: "rmsNorm",
    features,
    epsilon,
    parameters: { weight: { shape: [features], init: ones } },
    forward: (x, { tensors: { weight } }) => functional.rmsNorm(x, weight, epsilon),
  };
}
