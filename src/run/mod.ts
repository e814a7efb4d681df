/** The run folder: its files, lock, checkpoints and results. @module */
export { type EpochDigests, epochDigests, readDigests } from "./digests.ts";
export { readCommit, readEnvironment } from "./environment.ts";
export { followRun } from "./follow_run.ts";
export { distinctNames } from "./distinct_names.ts";
export { isLocked, LockedError, lockRun } from "./lock.ts";
export { refuseOtherData } from "./other_data.ts";
export {
  type EpochRecord,
  type FoundRun,
  inspectRun,
  isStudy,
  readRun,
  type RunRecord,
  runsIn,
  runStates,
  studyFile,
} from "./record.ts";
export {
  type EpochResult,
  finalFigures,
  readResults,
  type Results,
  resultsOf,
  resultsText,
} from "./results.ts";
export { RunRecorder } from "./recorder.ts";
export { Run } from "./run.ts";
export { runPath } from "./run_path.ts";
export type { Summary } from "./summary.ts";
export { testResult } from "./test_result.ts";
export { type Reporter, restore, trainRun, type TrainRunOptions } from "./train_run.ts";
export { isFolder } from "./run_path.ts";
export { changedModule, mainCopy, modelIn, restoreModule } from "./run_model.ts";
export { findWeights, loadModel, type SeenFormat, type WeightsSource } from "./weights_source.ts";
