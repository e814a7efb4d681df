/** Tensors, their operations and gradients, scopes and random numbers. @module */

export { liveTensors } from "../ffi/mod.ts";
export { where } from "./comparison.ts";
export type {
  Device,
  DType,
  FloatOptions,
  NestedNumbers,
  TensorData,
  TensorOptions,
  TypedArray,
} from "./dtype.ts";
/** Operations that take a geometry made once. */
export * as functional from "./functional.ts";
export {
  ConvolutionGeometry,
  type ConvolutionOptions,
  type Lengths,
  type Pair,
  PoolingGeometry,
  type PoolingOptions,
} from "./geometry.ts";
export { differentiable } from "./differentiable.ts";
export { gradients, type Parameter } from "./gradients.ts";
export { concat, stack } from "./indexing.ts";
export { crossEntropy, type CrossEntropyOptions, meanSquaredError } from "./loss.ts";
export { accumulateMetrics } from "./metrics.ts";
export type { NamedTensor } from "./named_tensor.ts";
export type { BatchNormEpilogue } from "./batch_norm.ts";
export type { NormalizationEpilogue } from "./normalization.ts";
export { Random } from "./random.ts";
/** Functions of single numbers whose bits are the same on every machine. */
export * as scalarMath from "./scalar.ts";
export { keep, scope, type Scoped } from "./scope.ts";
export { type Shape, shapeText } from "./shape.ts";
export type { Storage } from "./storage.ts";
export {
  type Backward,
  type Gradients,
  type Node,
  noGradients,
  parameter,
  type Recorded,
  type Wanted,
} from "./tape.ts";
export { type Operand, Tensor } from "./tensor.ts";
export { type Writable, written } from "./writes.ts";
