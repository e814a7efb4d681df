/**
 * wick: image-classification research in Deno, on a Rust library built on candle.
 *
 * @module
 */

export { UserError } from "./errors.ts";
export type { Screen } from "./cli/mod.ts";
export type { Complete, NoSettings, Schemas, SettingSchema, Spec, Spell } from "./settings/mod.ts";
export { declaredMetrics } from "./statistics/mod.ts";
export type { Counts, DeclaredMetric, FigureKey, Figures, Part, Totals } from "./statistics/mod.ts";
export * from "./tensor/mod.ts";
export * from "./nn/mod.ts";
export * from "./data/mod.ts";
/** The models of this project: functions that give a {@linkcode Layer}. */
export * as models from "./models/mod.ts";
export {
  model,
  type ModelDefinition,
  type ModelInput,
  type ModelLayer,
  type ModelSpec,
  type Shapes,
} from "./models/mod.ts";
export {
  type EpochMetrics,
  evaluate,
  type EvaluateOptions,
  type Evaluation,
  fit,
  type FitOptions,
  Fitted,
  type Recipe,
  type Watcher,
} from "./train/mod.ts";
export {
  classifierPage,
  type ModelForm,
  onnxModel,
  type OnnxOptions,
  type PageOptions,
  type TorchOptions,
  torchScript,
} from "./export/mod.ts";
export {
  decodeSafetensors,
  encodeNpz,
  encodeSafetensors,
  type StoredDType,
  type StoredFile,
  type StoredTensor,
} from "./storage/mod.ts";
export { assignStored, storedTensors } from "./storage/mod.ts";
