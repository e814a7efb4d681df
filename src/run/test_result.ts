import { dataName, type TestData } from "../data/mod.ts";
import { configRecord, type TrainConfig } from "../config/mod.ts";
import { measure } from "../statistics/mod.ts";
import { bestEpoch, evaluatePaced, type Pace, type TrainingState } from "../train/mod.ts";
import { assignStored, type StoredTensor, weightsDigest } from "../storage/mod.ts";
import type { Result } from "./summary.ts";

/**
 * Evaluates a completed run on the test set, once, with the weights of its best epoch, which the
 * state's model has afterwards. `digests` are the digests of all data of the run. Undefined where a
 * signal stopped the evaluation.
 */
export async function testResult(
  state: TrainingState,
  config: TrainConfig,
  best: readonly StoredTensor[],
  test: TestData,
  digests: Readonly<Record<string, string>>,
  pace: Pace,
): Promise<Result | undefined> {
  const { history, recipe: { device, loss } } = state;
  const bestMetrics = bestEpoch(history, config.bestBy);
  const last = history.at(-1);
  if (bestMetrics === undefined || last === undefined) throw new RangeError("No epoch is complete");
  const weights_sha256 = weightsDigest(state.storedWeights());
  assignStored(state.weights, best);
  const evaluation = await evaluatePaced(state.evaluated, test, { device, loss, pace });
  if (evaluation === undefined) return undefined;
  return {
    config: configRecord(config),
    data: dataName(config.data),
    parameters: state.parameterCount,
    epochs: history.length,
    steps: state.step,
    stopped_early: history.length < config.epochs,
    ...(state.outOfTime && { out_of_time: true }),
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
