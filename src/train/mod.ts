/** Configs, the training loop, evaluation, run folders and checkpoints. @module */

export { Checkpoints, type RunProgress } from "../run/checkpoints.ts";
export { type ClassScore, classScores, macroMean } from "../statistics/class_scores.ts";
export { milliseconds, now } from "../clock.ts";
export {
  completeConfig,
  configSchema,
  type Recipe,
  recipeSchema,
  type TrainConfig,
  type TrainSettings,
} from "../config/config.ts";
export { configOfRecord, configRecord } from "../config/config_file.ts";
export { type Environment, readEnvironment } from "../run/environment.ts";
export { evaluate, evaluatePaced, type Evaluation } from "./evaluate.ts";
export { confusionTable, scoreTable } from "../commands/evaluation_text.ts";
export { fit, type FitSettings, Fitted, type Watcher } from "./fit.ts";
export { learn, train } from "./loop.ts";
export { bestEpoch, epochLine, type EpochMetrics, epochMetricsSchema } from "./metrics.ts";
export { parseMetrics } from "../run/metrics_reader.ts";
export { Pace, type PaceOptions } from "./pace.ts";
export { type Predictions, predictions } from "./predictions.ts";
export { type Screen, silentScreen, standardScreen } from "../cli/progress.ts";
export { modelOf } from "./recipe.ts";
export { type Recorder, RunRecorder } from "../run/recorder.ts";
export { isFinished, readConfig, readDigests, Run } from "../run/run.ts";
export { decodeSafetensors, encodeSafetensors, type StoredTensor } from "../storage/safetensors.ts";
export { carryOn, type Session } from "../run/session.ts";
export { TrainingState } from "./state.ts";
export { storedTensors } from "../storage/stored_tensors.ts";
export { type Result, type Summary, testResult } from "../run/summary.ts";
export { version } from "../version.ts";
export { tensorDigests, weightsDigest } from "../storage/weights_digest.ts";
export { findWeights, loadModel, type WeightsSource } from "../run/weights_source.ts";
