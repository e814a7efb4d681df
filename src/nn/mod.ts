/** Layers, initialisation, losses, optimizers and schedules. @module */

export { crossEntropy, type CrossEntropyOptions, meanSquaredError } from "../tensor/mod.ts";
export { gelu, relu, sigmoid, silu, tanh } from "./activations.ts";
export { conv2d, type Conv2dOptions } from "./convolution.ts";
export { dropout } from "./dropout.ts";
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
export { linear } from "./linear.ts";
export { crossEntropyLoss, type CrossEntropyLossOptions, type Loss } from "./loss.ts";
export {
  build,
  type BuildOptions,
  evaluation,
  type Fusion,
  type Layer,
  type Mode,
  type Module,
  moduleOf,
  type NamedModule,
  type Site,
  stateless,
} from "./module.ts";
export { batchNorm1d, batchNorm2d, type BatchNormOptions, layerNorm } from "./normalization.ts";
export {
  type AdamOptions,
  type CommonOptions,
  createOptimizer,
  type Optimizer,
  type OptimizerOptions,
  type RmspropOptions,
  type SgdOptions,
} from "./optimizer.ts";
export { parameterCount } from "./parameter_count.ts";
export { avgPool2d, maxPool2d } from "./pooling.ts";
export { residual } from "./residual.ts";
export {
  type ConstantSchedule,
  type CosineSchedule,
  learningRate,
  type OneCycleSchedule,
  type Schedule,
  type StepSchedule,
  type Warmup,
} from "./schedule.ts";
export { sequential } from "./sequential.ts";
export type { WeightOptions } from "./weights.ts";
