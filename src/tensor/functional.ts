/** Operations of layers as functions of input, weights and settings. @module */

export { conv2d, type Epilogue } from "./convolution.ts";
export { dropout } from "./dropout.ts";
export * from "./functions.ts";
export { linear, type LinearEpilogue } from "./linear.ts";
export {
  batchNorm,
  batchNormInference,
  groupNorm,
  layerNorm,
  layerNorm2d,
  type NormalizationEpilogue,
  rmsNorm,
  type RunningStatistics,
} from "./normalization.ts";
export { avgPool2d, maxPool2d } from "./pooling.ts";
