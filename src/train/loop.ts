import { type Batch, batches, type ImageSet, type TrainingData } from "../data/mod.ts";
import { crossEntropy, learningRate, type Schedule } from "../nn/mod.ts";
import { accumulateMetrics, gradients, Random, scope } from "../tensor/mod.ts";
import { type Evaluation, Evaluator } from "./evaluate.ts";
import { NonfiniteError, nonfiniteOrigin } from "./nonfinite.ts";
import type { Pace } from "./pace.ts";
import { augmentationOf, scheduleOf } from "./recipe.ts";
import type { Recorder } from "./recorder.ts";
import type { TrainingState } from "./state.ts";

/**
 * The one training loop, for every model: goes on from where `state` stands. Returns true when the
 * run is complete, false when a signal stopped it; then it has been saved.
 */
export async function train(
  state: TrainingState,
  data: TrainingData,
  recorder: Recorder,
  pace: Pace,
): Promise<boolean> {
  const { config, stepsPerEpoch } = state;
  const { batchSize, device, seed } = config;
  const shuffle = new Random(seed, "shuffle");
  const dropout = new Random(seed, "dropout");
  const schedule = scheduleOf(config, stepsPerEpoch);
  const augment = augmentationOf(config, new Random(seed, "augment"));

  while (!state.complete) {
    const { epoch } = state;
    recorder.beginEpoch(state);
    const random = shuffle.at({ epoch });
    const from = state.stepInEpoch;
    for (const batch of batches(data.train, batchSize, { random, augment, device, from })) {
      learn(state, batch, dropout.at({ epoch, index: state.stepInEpoch }), schedule);
      if (pace.saveIsDue(state.step)) recorder.save(state);
      if (pace.restIsDue()) await pace.rest(() => recorder.draw(state));
      if (pace.stop) break;
    }
    recorder.endSteps(state);
    const validation = await validate(state, data.validation, pace);
    if (pace.stop) {
      recorder.save(state);
      return false;
    }
    recorder.endEpoch(state, validation);
  }
  return true;
}

/** Evaluates between epochs, pausing as the training does; undefined where a signal came. */
export async function validate(
  state: TrainingState,
  set: ImageSet | undefined,
  pace: Pace,
): Promise<Evaluation | undefined> {
  if (set === undefined || pace.stop) return undefined;
  using evaluator = new Evaluator(state.model, set, state.config.device);
  for (const batch of evaluator.batches()) {
    evaluator.add(batch);
    if (pace.restIsDue()) await pace.rest();
    if (pace.stop) return undefined;
  }
  return evaluator.result();
}

/** One step: forward, loss, gradients, update. Throws where the loss is NaN or infinite. */
export function learn(
  state: TrainingState,
  { images, labels }: Batch,
  random: Random,
  schedule: Schedule,
): void {
  const { model, optimizer, config, totals } = state;
  scope(() => {
    const logits = model.forward(images, { training: true, random });
    const loss = crossEntropy(logits, labels, { labelSmoothing: config.labelSmoothing });
    state.loss = loss.item();
    if (!Number.isFinite(state.loss)) {
      const origin = nonfiniteOrigin(loss, model.parameters);
      throw new NonfiniteError(`The loss is ${state.loss}`, state.step + 1, state.epoch + 1, origin);
    }
    const rate = learningRate(schedule, config.lr, state.step, state.totalSteps);
    optimizer.step(gradients(loss, state.parameters), rate);
    accumulateMetrics(totals, loss, logits, labels);
    state.stepInEpoch++;
  });
}
