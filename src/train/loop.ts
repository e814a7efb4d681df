import { type Batch, batches, type TrainingData } from "../data/mod.ts";
import { checkOutputs, plainStep } from "../nn/mod.ts";
import { accumulateMetrics, gradients, Random, scope } from "../tensor/mod.ts";
import { evaluatePaced } from "./evaluate.ts";
import {
  NonfiniteError,
  nonfiniteInSet,
  nonfiniteOrigin,
  refuseNonfiniteWeights,
} from "./nonfinite.ts";
import type { Observer } from "./observer.ts";
import type { Pace } from "./pace.ts";
import type { TrainingState } from "./state.ts";

/**
 * The one training loop, for every model: goes on from where `state` stands. Returns true when the
 * run is complete, false when a signal stopped it; then it has been saved.
 */
export async function train(
  state: TrainingState,
  data: Pick<TrainingData, "train" | "validation">,
  observer: Observer,
  pace: Pace,
): Promise<boolean> {
  const { model, recipe: { device, loss } } = state;
  while (!state.complete) {
    observer.beginEpoch?.(state);
    for (const batch of trainingBatches(state, data)) {
      trainStep(state, batch);
      if (pace.saveIsDue(state.step)) observer.save?.(state);
      if (pace.restIsDue()) await pace.rest(() => observer.progress?.(state));
      if (pace.stop) break;
    }
    observer.endSteps?.(state);
    const { validation: set } = data;
    const validation = set && await evaluatePaced(model, set, { device, loss, pace });
    if (set && validation && !Number.isFinite(validation.loss)) {
      const origin = nonfiniteInSet(model, set, { device, loss });
      throw new NonfiniteError(`The validation loss is ${validation.loss}`, state, origin);
    }
    if (pace.stop) {
      observer.save?.(state);
      return false;
    }
    refuseNonfiniteWeights(state);
    state.completeEpoch(validation);
    observer.endEpoch?.(state);
  }
  return true;
}

/** The batches of the present epoch that are left, in its order, augmented. */
export function trainingBatches(
  state: TrainingState,
  { train }: Pick<TrainingData, "train">,
): Iterable<Batch> {
  const { epoch, stepInEpoch: from, recipe } = state;
  const { batchSize, device, seed, augmentation } = recipe;
  const random = new Random(seed, "shuffle").at({ epoch });
  const augment = augmentation && { ...augmentation, random: new Random(seed, "augment") };
  return batches(train, batchSize, { random, augment, device, from });
}

/** One step: forward, loss, gradients, update. Throws where the loss is NaN or infinite. */
export function trainStep(state: TrainingState, batch: Batch): void {
  const { model, optimizer, recipe, mode, totals } = state;
  scope(() => {
    const { step = plainStep } = recipe;
    const { loss, outputs } = step(model, batch, mode, recipe.loss);
    checkOutputs(outputs, batch.classes);
    state.loss = loss.item();
    if (!Number.isFinite(state.loss)) {
      const origin = nonfiniteOrigin(loss, model.parameters);
      throw new NonfiniteError(`The training loss is ${state.loss}`, state, origin);
    }
    optimizer.step(gradients(loss, state.parameters), state.learningRate(state.step));
    accumulateMetrics(totals, loss, outputs, batch.labels);
    state.stepInEpoch++;
  });
}
