/** Layers, initialisation, losses, optimizers and schedules. @module */

export { crossEntropy, type CrossEntropyOptions, meanSquaredError } from "../tensor/mod.ts";
export * from "./activations.ts";
export { build } from "./build.ts";
export { type Conv2d, conv2d, type Conv2dOptions } from "./convolution.ts";
export { type Dropout, dropout } from "./dropout.ts";
export { type FeatureMaps, featureMaps } from "./feature_maps.ts";
export { flatten } from "./flatten.ts";
export {
  type Initializer,
  kaimingNormal,
  type KaimingOptions,
  kaimingUniform,
  xavierNormal,
  xavierUniform,
} from "./initialization.ts";
export { type LayerRow, layerTable } from "./layer_table.ts";
export { type Linear, linear } from "./linear.ts";
export { crossEntropyLoss, type CrossEntropyLossOptions, type Loss, lossNote } from "./loss.ts";
export { mirrored } from "./mirrored.ts";
export { type Mixing, mixing } from "./mixing.ts";
export {
  type Ending,
  evaluation,
  type Layer,
  type Mode,
  type Module,
  type Tensors,
  type TensorSpec,
  type TensorSpecs,
} from "./module.ts";
export {
  type BatchNorm,
  batchNorm1d,
  batchNorm2d,
  type BatchNormOptions,
  type BatchNormTensors,
  type GroupNorm,
  groupNorm,
  type LayerNorm,
  layerNorm,
  layerNorm2d,
  type Normalization,
  type RMSNorm,
  rmsNorm,
} from "./normalization.ts";
export * from "./optimizers/mod.ts";
export { parameterCount } from "./parameter_count.ts";
export { avgPool2d, maxPool2d, type Pool2d } from "./pooling.ts";
export { type Residual, residual, type ResidualOptions } from "./residual.ts";
export * from "./schedules/mod.ts";
export { sequential } from "./sequential.ts";
export { type ChannelFigures, type Standardized, standardized } from "./standardized.ts";
export { checkOutputs, plainStep, type Step, type StepResult } from "./step.ts";
export type { WeightOptions, Weights } from "./weights.ts";
