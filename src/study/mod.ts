/** Studies: spaces, samplers, pruners, and the engine that works trials off. @module */
export { rangeOf } from "./domain.ts";
export { studyDigest } from "./digest.ts";
export { type Importance, importances } from "./importance.ts";
export { Ledger, type Result } from "./ledger.ts";
export { pruners } from "./pruners/mod.ts";
export type { Given, StudyRequest } from "./request.ts";
export { readStudy, type Study } from "./read_study.ts";
export { samplers } from "./samplers/mod.ts";
export { serveTrials } from "./serve_trials.ts";
export {
  cancelTasks,
  checkResources,
  clusterFolder,
  isAlive,
  jobName,
  joinOutcomes,
  type QueuedTask,
  queuedTasks,
  readTasks,
  type Resources,
  SlurmQueue,
  slurmTask,
  studyWord,
} from "./slurm/mod.ts";
export {
  allParameters,
  type Parameter,
  type Point,
  pointRecord,
  shownParameter,
  valueIn,
} from "./space.ts";
export { camelCase, specOf, type StudySpec } from "./spec.ts";
export { studyPictures } from "./study_pictures.ts";
export { comparisonText, outcomeText, resultTable, studyText } from "./study_text.ts";
export { readStudyFile, seedsOf, type StudyFile } from "./study_file.ts";
export {
  bestFigures,
  type Objective,
  objectiveOf,
  ranking,
  stateOf,
  type Trial,
  type TrialRun,
} from "./trial.ts";
export { TrialWorker } from "./trial_worker.ts";
export { type StudyWatcher, type Trainer, workOff } from "./work.ts";
export { isWorkerThread, serveInThread, workerThread } from "./worker_thread.ts";
export { processRequests, replyOfProcess, workerProcess } from "./worker_process.ts";
