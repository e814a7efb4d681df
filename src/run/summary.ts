import type { ImageSet } from "../data/mod.ts";
import { UserError } from "../errors.ts";
import { now } from "../clock.ts";
import { configRecord, type TrainConfig } from "../config/mod.ts";
import { type Figures, measure } from "../statistics/mod.ts";
import {
  bestEpoch,
  type EpochMetrics,
  epochTimes,
  evaluatePaced,
  type Pace,
  trainingSeconds,
  type TrainingState,
} from "../train/mod.ts";
import { assignStored, readText, type StoredTensor, weightsDigest } from "../storage/mod.ts";
import type { Run } from "./run.ts";

/** Figures that do not depend on where and when a run was done. */
export interface Result extends Figures<"test"> {
  readonly config: Readonly<Record<string, unknown>>;
  /** `synthetic` figures say nothing about Fashion-MNIST. */
  readonly data: string;
  /** Trained numbers. */
  readonly parameters: number;
  readonly epochs: number;
  readonly steps: number;
  readonly stopped_early: boolean;
  readonly best: EpochMetrics;
  readonly last: EpochMetrics;
  /** Of the test images, measured once, with the best weights, as all test figures are. */
  readonly test_correct: number;
  readonly test_count: number;
  /** Counts `[class][prediction]` on the test set. */
  readonly confusion_matrix: readonly (readonly number[])[];
  readonly classes: readonly string[];
  /** Of the last weights. */
  readonly weights_sha256: string;
  readonly best_weights_sha256: string;
  readonly data_sha256: Readonly<Record<string, string>>;
}

/** A finished run's figures: summary.json. */
export interface Summary extends Result {
  readonly name: string;
  readonly times: { readonly training_seconds: number; readonly finished: string };
}

/**
 * Evaluates a completed run on the test set, once, with the weights of its best epoch, which the
 * state's model has afterwards. Undefined where a signal stopped it.
 */
export async function testResult(
  state: TrainingState,
  config: TrainConfig,
  best: readonly StoredTensor[],
  test: ImageSet,
  digests: Readonly<Record<string, string>>,
  pace: Pace,
): Promise<Result | undefined> {
  const { history, recipe: { device, loss } } = state;
  const bestMetrics = bestEpoch(history, config.bestBy);
  const last = history.at(-1);
  if (bestMetrics === undefined || last === undefined) throw new RangeError("No epoch is complete");
  const weights_sha256 = weightsDigest(state.storedWeights());
  assignStored(state.weights, best);
  const evaluation = await evaluatePaced(state.model, test, { device, loss, pace });
  if (evaluation === undefined) return undefined;
  return {
    config: configRecord(config),
    data: config.data,
    parameters: state.parameterCount,
    epochs: history.length,
    steps: state.step,
    stopped_early: history.length < config.epochs,
    best: bestMetrics,
    last,
    ...measure("test", evaluation),
    test_correct: evaluation.correct,
    test_count: evaluation.count,
    confusion_matrix: evaluation.confusion,
    classes: test.classes,
    weights_sha256,
    best_weights_sha256: weightsDigest(best),
    data_sha256: digests,
  };
}

/**
 * Tests a completed run, writes confusion_matrix.json, ends the events, and then writes
 * summary.json, which closes it.
 * Undefined where a signal stopped it.
 */
export async function finishRun(
  run: Run,
  state: TrainingState,
  test: ImageSet,
  digests: Readonly<Record<string, string>>,
  pace: Pace,
): Promise<Summary | undefined> {
  const best = run.checkpoints.loadBest();
  if (best === undefined) throw new UserError(`${run.folder} has no best.safetensors any more`);
  const result = await testResult(state, run.config, best.tensors, test, digests, pace);
  if (result === undefined) return undefined;
  const { classes, confusion_matrix: counts, data } = result;
  run.write("confusion_matrix.json", { data, split: "test", classes, counts });
  run.recordTest(result);
  const epochs = epochTimes(readText(`${run.folder}/metrics.csv`) ?? "");
  const training_seconds = trainingSeconds(epochs);
  const times = { training_seconds, finished: now().toISOString() };
  const name = run.folder.slice(run.folder.lastIndexOf("/") + 1);
  const summary: Summary = { name, ...result, times };
  run.write("summary.json", summary);
  return summary;
}
