import { choices, settingsOf, type TrainConfig } from "../config/mod.ts";
import { type Augmentation, dataSet } from "../data/mod.ts";
import { models } from "../models/mod.ts";
import {
  crossEntropyLoss,
  type Layer,
  type Loss,
  type Optimizer,
  optimizers,
  type Schedule,
  schedules,
} from "../nn/mod.ts";
import { named } from "../settings/mod.ts";
import type { DeclaredMetric } from "../statistics/mod.ts";
import type { Device } from "../tensor/mod.ts";

/** What decides a training besides its model and its data: values, not names. */
export interface Recipe {
  /** What updates the weights, and its learning rate. */
  readonly optimizer: Optimizer;
  /** What is made small. */
  readonly loss: Loss;
  /** How the learning rate changes. */
  readonly schedule: Schedule;
  /** What is done to training images, nothing by default. */
  readonly augmentation?: Omit<Augmentation, "random">;
  /** Passes over the training images. */
  readonly epochs: number;
  /** Images a step. */
  readonly batchSize: number;
  /** Seed of all chance. */
  readonly seed: number;
  /** Where it is computed. */
  readonly device: Device;
  /** What makes an epoch the best. */
  readonly bestBy: DeclaredMetric["label"];
  /** Epochs without a better one after which the training stops, 0 for never. */
  readonly earlyStopping: number;
}

/** The model that a config names, for the images of its data set. */
export function modelOf(config: TrainConfig): Layer {
  const spec = named("model", models, config.model);
  return spec.of(settingsOf(choices.model, config), dataSet(config.data));
}

/** The recipe that a config describes. */
export function recipeOf(config: TrainConfig): Recipe {
  const { epochs, batchSize, seed, device, bestBy, earlyStopping, labelSmoothing } = config;
  const optimizer = named("optimizer", optimizers, config.opt);
  const schedule = named("schedule", schedules, config.lrScheduler);
  const { clipGradNorm, lrWarmupEpochs: warmupEpochs } = config;
  return {
    optimizer: optimizer.of({
      ...settingsOf(choices.opt, config),
      ...(clipGradNorm > 0 && { clipGradNorm }),
    }),
    loss: crossEntropyLoss({ labelSmoothing }),
    schedule: schedule.of({ ...settingsOf(choices.lrScheduler, config), warmupEpochs }),
    augmentation: augmentationOf(config),
    epochs,
    batchSize,
    seed,
    device,
    bestBy,
    earlyStopping,
  };
}

function augmentationOf(config: TrainConfig): Recipe["augmentation"] {
  const { hflip, cropPadding, randomErase } = config;
  if (!hflip && cropPadding === 0 && randomErase === 0) return undefined;
  return { flip: hflip, cropPadding, eraseProbability: randomErase };
}
