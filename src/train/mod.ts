/** Configs, the training loop, evaluation, run folders and checkpoints. @module */

export { Checkpoints, type RunProgress } from "./checkpoints.ts";
export { type ClassScore, classScores, macroMean } from "./class_scores.ts";
export { milliseconds, now } from "./clock.ts";
export { completeConfig, configSchema, type TrainConfig, type TrainSettings } from "./config.ts";
export { configOfRecord, configRecord } from "./config_file.ts";
export { type Environment, readEnvironment } from "./environment.ts";
export { evaluate, evaluatePaced, type Evaluation } from "./evaluate.ts";
export { confusionTable, scoreTable } from "./evaluation_text.ts";
export { learn, train } from "./loop.ts";
export { bestEpoch, epochLine, type EpochMetrics, epochMetricsSchema } from "./metrics.ts";
export { parseMetrics } from "./metrics_reader.ts";
export { Pace, type PaceOptions } from "./pace.ts";
export { type Predictions, predictions } from "./predictions.ts";
export { type Screen, silentScreen, standardScreen } from "./progress.ts";
export { modelOf } from "./recipe.ts";
export { type Recorder, RunRecorder } from "./recorder.ts";
export { isFinished, readConfig, readDigests, Run } from "./run.ts";
export { decodeSafetensors, encodeSafetensors, type StoredTensor } from "./safetensors.ts";
export { carryOn, type Session } from "./session.ts";
export { TrainingState } from "./state.ts";
export { storedTensors } from "./stored_tensors.ts";
export { type Result, type Summary, testResult } from "./summary.ts";
export { version } from "./version.ts";
export { tensorDigests, weightsDigest } from "./weights_digest.ts";
export { findWeights, loadModel, type WeightsSource } from "./weights_source.ts";
