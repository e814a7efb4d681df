/** The training loop, its state, and evaluation. @module */

export { type Checkpoint, isConsistent, progressSchema, type RunProgress } from "./checkpoint.ts";
export { EpochProgress } from "./epoch_progress.ts";
export {
  confusionCounts,
  evaluate,
  type EvaluateOptions,
  evaluatePaced,
  type Evaluation,
} from "./evaluate.ts";
export { fit, type FitOptions, Fitted, type Watcher } from "./fit.ts";
export { train, trainingBatches, trainStep } from "./loop.ts";
export {
  bestEpoch,
  epochFigures,
  epochLine,
  type EpochMetrics,
  epochMetricsSchema,
  type EpochTime,
  epochTimes,
  figuresShape,
  meanSpeed,
  metricsFile,
  metricsHeader,
  metricsRow,
  trainingSeconds,
} from "./metrics.ts";
export { NonfiniteError, refuseNonfiniteWeights } from "./nonfinite.ts";
export type { Observer } from "./observer.ts";
export { Pace } from "./pace.ts";
export { type Predictions, predictions } from "./predictions.ts";
export { probe } from "./probe.ts";
export { alone, finishMpi, firstFirst, greatest, ofFirst, type Ranks, startMpi } from "./ranks.ts";
export { type RatePoint, type RateRange, rateTest, steepestRate } from "./rate_range.ts";
export { withInput } from "./input.ts";
export { shareState } from "./share_state.ts";
export { builtIn, lossOf, modelOf, modelSettings, type Recipe, recipeOf } from "./recipe.ts";
export { stepsPerEpoch, TrainingState } from "./state.ts";
