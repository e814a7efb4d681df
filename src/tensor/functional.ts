/** Operations of layers that take their weights as arguments. @module */

export { conv2d, type Epilogue } from "./convolution.ts";
export { dropout } from "./dropout.ts";
export { reluGradientDone } from "./functions.ts";
export { linear, type LinearEpilogue } from "./linear.ts";
export {
  batchNorm,
  batchNormInference,
  layerNorm,
  type RunningStatistics,
} from "./normalization.ts";
export { avgPool2d, maxPool2d } from "./pooling.ts";
