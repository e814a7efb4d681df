/** Operations of layers as functions of input, weights and settings. @module */

export * from "./activations.ts";
export { conv2d, conv2dForBatchNorm, type Epilogue, readsPending } from "./convolution.ts";
export { dropout } from "./dropout.ts";
export { foldBatchNorm, type GivenNormalization } from "./folding.ts";
export {
  abs,
  type Elementwise,
  exp,
  log,
  neg,
  relu,
  reluGradientDone,
  sqrt,
  square,
} from "./functions.ts";
export { linear, type LinearEpilogue } from "./linear.ts";
export {
  batchNorm,
  type BatchNormEpilogue,
  batchNormInference,
  type RunningStatistics,
} from "./batch_norm.ts";
export {
  groupNorm,
  layerNorm,
  layerNorm2d,
  type NormalizationEpilogue,
  rmsNorm,
} from "./normalization.ts";
export {
  type PendingBatchNorm,
  pendingBatchNorm,
  pendingBatchNormInference,
  type PendingOptions,
} from "./pending.ts";
export { avgPool2d, maxPool2d } from "./pooling.ts";
