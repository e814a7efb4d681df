/** The run folder: its files, lock, checkpoints and results. @module */
export { Checkpoints } from "./checkpoints.ts";
export { readCommit, readEnvironment } from "./environment.ts";
export { lockRun } from "./lock.ts";
export { parseMetrics } from "./metrics_reader.ts";
export {
  type EpochResult,
  finalFigures,
  readResults,
  type Results,
  resultsText,
} from "./results.ts";
export { isFinished, readConfig, Run } from "./run.ts";
export { runFolders } from "./run_folders.ts";
export { carryOn, type Reporter, type Session } from "./session.ts";
export { type Summary, testResult } from "./summary.ts";
export { findWeights, loadModel, type WeightsSource } from "./weights_source.ts";
