import { type Batch, batches, type TrainingData } from "../data/mod.ts";
import { divideAmong } from "../ffi/mod.ts";
import { Random, scope, type Tensor } from "../tensor/mod.ts";
import { batchGradients } from "./batch_gradients.ts";
import { evaluatePaced } from "./evaluate.ts";
import { NonfiniteError, nonfiniteInSet, refuseNonfiniteWeights } from "./nonfinite.ts";
import type { Observer } from "./observer.ts";
import type { Pace } from "./pace.ts";
import { shardedGradients } from "./shards.ts";
import type { TrainingState } from "./state.ts";
import { ThreadTuner } from "./thread_tuner.ts";

/**
 * The one training loop, for every model: goes on from where `state` stands. Returns true when the
 * run is complete or its time is over, false when a signal stopped it or it pauses; then it has been saved. Steps
 * of an epoch that time cut short are saved too, but count in no epoch's figures.
 */
export async function train(
  state: TrainingState,
  data: Pick<TrainingData, "train" | "validation">,
  observer: Observer,
  pace: Pace,
): Promise<boolean> {
  const { evaluated: model, ranks, recipe: { device, loss } } = state;
  using threads = new ThreadTuner(divideAmong);
  while (!state.complete) {
    observer.beginEpoch?.(state);
    for (const batch of trainingBatches(state, data)) {
      const isStep = trainStep(state, batch);
      threads.stepDone();
      if (isStep && pace.saveIsDue(state.step)) observer.save?.(state);
      if (pace.restIsDue()) await pace.rest(() => observer.progress?.(state));
      if (!isStep) continue;
      pace.agree(ranks);
      if (pace.stop || pace.timeIsUp) break;
    }
    threads.pause();
    observer.endSteps?.(state);
    if (!pace.stop && state.stepInEpoch < state.stepsPerEpoch) {
      observer.save?.(state);
      state.outOfTime = true;
      return true;
    }
    const { validation: set } = data;
    const validation = set && await evaluatePaced(model, set, { device, loss, pace, ranks });
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
    state.outOfTime = !state.complete && pace.timeIsUp;
    if (state.outOfTime) return true;
    if (!state.complete && pace.pauseIsDue(state.history)) return false;
  }
  return true;
}

/** The batches of the present epoch that are left, in its order, augmented. */
export function trainingBatches(
  state: TrainingState,
  { train }: Pick<TrainingData, "train">,
): Iterable<Batch> {
  const { epoch, recipe, trainCount: first } = state;
  const { batchSize, device, seed, augmentation } = recipe;
  // The last step of an epoch may have had fewer batches than the others.
  const from = Math.min(state.batchInEpoch, Math.ceil(first / batchSize));
  const random = new Random(seed, "shuffle").at({ epoch });
  const augment = augmentation && { ...augmentation, random: new Random(seed, "augment") };
  return batches(train, batchSize, { random, augment, device, from, first });
}

/**
 * One batch: its gradients, and the step's update after the last batch of a step. Returns whether the
 * step is done; throws where the loss is NaN or infinite.
 */
export function trainStep(state: TrainingState, batch: Batch): boolean {
  return scope(() => {
    const isSharded = state.recipe.shards > 1;
    const gradients = isSharded ? shardedGradients(state, batch) : batchGradients(state, batch);
    const isStep = update(state, gradients, batch.count);
    if (isStep) state.stepInEpoch++;
    return isStep;
  });
}

/** Updates the weights along a batch's gradients, if no batch of the step is left. */
function update(state: TrainingState, gradients: readonly Tensor[], count: number): boolean {
  const { optimizer, average, gradientSum, imagesOfStep, recipe } = state;
  const rate = state.learningRate(state.step);
  if (count === imagesOfStep) {
    optimizer.step(gradients, rate);
  } else {
    gradientSum.add(gradients, count / imagesOfStep);
    if (gradientSum.batches * recipe.batchSize < imagesOfStep) return false;
    gradientSum.take((sums) => optimizer.step(sums, rate));
  }
  average?.update();
  return true;
}
