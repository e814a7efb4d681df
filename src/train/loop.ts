import { type Batch, batches, type TrainingData } from "../data/mod.ts";
import { crossEntropy, learningRate } from "../nn/mod.ts";
import { accumulateMetrics, gradients, Random, scope } from "../tensor/mod.ts";
import type { Recipe } from "../config/config.ts";
import { evaluatePaced } from "./evaluate.ts";
import { NonfiniteError, nonfiniteInSet, nonfiniteOrigin } from "./nonfinite.ts";
import type { Pace } from "./pace.ts";
import { augmentationOf } from "./recipe.ts";
import type { Recorder } from "../run/recorder.ts";
import type { TrainingState } from "./state.ts";

/**
 * The one training loop, for every model: goes on from where `state` stands. Returns true when the
 * run is complete, false when a signal stopped it; then it has been saved.
 */
export async function train(
  state: TrainingState<Recipe>,
  data: TrainingData,
  recorder: Recorder,
  pace: Pace,
): Promise<boolean> {
  const { config } = state;
  const { batchSize, device, seed } = config;
  const shuffle = new Random(seed, "shuffle");
  const augment = augmentationOf(config, new Random(seed, "augment"));

  while (!state.complete) {
    const { epoch } = state;
    recorder.beginEpoch(state);
    const random = shuffle.at({ epoch });
    const from = state.stepInEpoch;
    for (const batch of batches(data.train, batchSize, { random, augment, device, from })) {
      learn(state, batch);
      if (pace.saveIsDue(state.step)) recorder.save(state);
      if (pace.restIsDue()) await pace.rest(() => recorder.draw(state));
      if (pace.stop) break;
    }
    recorder.endSteps(state);
    const { validation: set } = data;
    const validation = set && await evaluatePaced(state.model, set, device, pace);
    if (set && validation && !Number.isFinite(validation.loss)) {
      const origin = nonfiniteInSet(state.model, set, device);
      throw new NonfiniteError(`The validation loss is ${validation.loss}`, state, origin);
    }
    if (pace.stop) {
      recorder.save(state);
      return false;
    }
    recorder.endEpoch(state, validation);
  }
  return true;
}

/** One step: forward, loss, gradients, update. Throws where the loss is NaN or infinite. */
export function learn(state: TrainingState<Recipe>, { images, labels }: Batch): void {
  const { model, optimizer, config, totals, schedule } = state;
  scope(() => {
    const logits = model.forward(images, state.mode);
    const loss = crossEntropy(logits, labels, { labelSmoothing: config.labelSmoothing });
    state.loss = loss.item();
    if (!Number.isFinite(state.loss)) {
      const origin = nonfiniteOrigin(loss, model.parameters);
      throw new NonfiniteError(`The loss of the step ${state.loss}`, state, origin);
    }
    const rate = learningRate(schedule, config.lr, state.step, state.totalSteps);
    optimizer.step(gradients(loss, state.parameters), rate);
    accumulateMetrics(totals, loss, logits, labels);
    state.stepInEpoch++;
  });
}
