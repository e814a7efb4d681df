import type { ImageSet } from "../data/mod.ts";
import { UserError } from "../errors.ts";
import { configRecord } from "./config_file.ts";
import { now } from "./clock.ts";
import { type Evaluation, evaluate } from "./evaluate.ts";
import { readText } from "./json_file.ts";
import { bestEpoch, type EpochMetrics, trainingSeconds } from "./metrics.ts";
import type { Run } from "./run.ts";
import type { TrainingState } from "./state.ts";
import { assignStored } from "./stored_tensors.ts";
import { weightsDigest } from "./weights_digest.ts";

/** A finished run's figures: summary.json. Only `name` and `times` may differ when it is repeated. */
export interface Summary {
  readonly name: string;
  readonly config: Readonly<Record<string, unknown>>;
  /** `synthetic` figures say nothing about Fashion-MNIST. */
  readonly data: "fashion-mnist" | "synthetic";
  /** Trained numbers. */
  readonly parameters: number;
  readonly epochs: number;
  readonly steps: number;
  readonly stopped_early: boolean;
  readonly best: EpochMetrics;
  readonly last: EpochMetrics;
  /** Measured once, with the best weights. */
  readonly test_loss: number;
  readonly test_acc: number;
  readonly test_correct: number;
  readonly test_count: number;
  readonly confusion_matrix: readonly (readonly number[])[];
  readonly classes: readonly string[];
  /** Of the last weights. */
  readonly weights_sha256: string;
  readonly best_weights_sha256: string;
  readonly data_sha256: Readonly<Record<string, string>>;
  readonly times: { readonly training_seconds: number; readonly finished: string };
}

/** Figures that do not depend on where and when a run was done. */
export type Result = Omit<Summary, "name" | "times">;

/**
 * Evaluates a completed run on the test set, once, with the weights of its best epoch; the state's
 * model has these afterwards.
 */
export function testResult(
  state: TrainingState,
  best: Parameters<typeof assignStored>[1],
  test: ImageSet,
  digests: Readonly<Record<string, string>>,
): { readonly result: Result; readonly evaluation: Evaluation } {
  const { config, history } = state;
  const bestMetrics = bestEpoch(history, config.bestBy);
  const last = history.at(-1);
  if (bestMetrics === undefined || last === undefined) throw new RangeError("No epoch is complete");
  const weights_sha256 = weightsDigest(state.storedWeights());
  assignStored(state.weights, best);
  const evaluation = evaluate(state.model, test, config);
  const result: Result = {
    config: configRecord(config),
    data: config.data,
    parameters: state.parameters.reduce((sum, { size }) => sum + size, 0),
    epochs: history.length,
    steps: state.step,
    stopped_early: history.length < config.epochs,
    best: bestMetrics,
    last,
    test_loss: evaluation.loss,
    test_acc: evaluation.accuracy,
    test_correct: evaluation.correct,
    test_count: evaluation.count,
    confusion_matrix: evaluation.confusion,
    classes: test.classes,
    weights_sha256,
    best_weights_sha256: weightsDigest(best),
    data_sha256: digests,
  };
  return { result, evaluation };
}

/** Tests a completed run and writes confusion_matrix.json and then summary.json, which closes it. */
export function finishRun(
  run: Run,
  state: TrainingState,
  test: ImageSet,
  digests: Readonly<Record<string, string>>,
): { readonly summary: Summary; readonly evaluation: Evaluation } {
  const best = bestWeights(run);
  const { result, evaluation } = testResult(state, best, test, digests);
  const { classes, confusion_matrix: counts, data } = result;
  run.write("confusion_matrix.json", { data, split: "test", classes, counts });
  const training_seconds = trainingSeconds(readText(`${run.folder}/metrics.csv`) ?? "");
  const times = { training_seconds, finished: now().toISOString() };
  const name = run.folder.slice(run.folder.lastIndexOf("/") + 1);
  const summary: Summary = { name, ...result, times };
  run.write("summary.json", summary);
  return { summary, evaluation };
}

function bestWeights(run: Run) {
  const best = run.checkpoints.loadBest();
  if (best === undefined) throw new UserError(`${run.folder} has no best.safetensors any more`);
  return best.tensors;
}
