import type { TrainConfig } from "../config/mod.ts";
import type { Augmentation } from "../data/mod.ts";
import { createModel } from "../models/mod.ts";
import {
  crossEntropyLoss,
  type Layer,
  type Loss,
  type OptimizerOptions,
  type Schedule,
} from "../nn/mod.ts";
import type { Device } from "../tensor/mod.ts";

/** What decides a training besides its model and its data: values, not names. */
export interface Recipe {
  readonly optimizer: OptimizerOptions;
  readonly loss: Loss;
  /** How the learning rate changes, for a number of steps an epoch. */
  readonly schedule: (stepsPerEpoch: number) => Schedule;
  readonly augmentation?: Omit<Augmentation, "random">;
  readonly epochs: number;
  /** Images a step. */
  readonly batchSize: number;
  /** Seed of all chance. */
  readonly seed: number;
  readonly device: Device;
  /** What makes an epoch the best. */
  readonly bestBy: TrainConfig["bestBy"];
  /** Epochs without a better one after which the training stops, 0 for never. */
  readonly earlyStopping: number;
}

/** The model that a config names. */
export function modelOf({ model, hidden }: TrainConfig): Layer {
  return createModel(model, { hidden });
}

/** The recipe that a config describes. */
export function recipeOf(config: TrainConfig): Recipe {
  const { epochs, batchSize, seed, device, bestBy, earlyStopping, labelSmoothing } = config;
  return {
    optimizer: optimizerOf(config),
    loss: crossEntropyLoss({ labelSmoothing }),
    schedule: (stepsPerEpoch) => scheduleOf(config, stepsPerEpoch),
    augmentation: augmentationOf(config),
    epochs,
    batchSize,
    seed,
    device,
    bestBy,
    earlyStopping,
  };
}

function optimizerOf(config: TrainConfig): OptimizerOptions {
  const { opt, lr, momentum, nesterov, weightDecay, clipGradNorm } = config;
  return {
    name: opt,
    lr,
    weightDecay,
    ...(momentum !== undefined && { momentum }),
    ...(nesterov !== undefined && { nesterov }),
    ...(clipGradNorm > 0 && { clipGradNorm }),
  };
}

function scheduleOf(config: TrainConfig, stepsPerEpoch: number): Schedule {
  const { lrScheduler: name, lrWarmupEpochs, lrStepSize = 3, lrGamma = 0.1 } = config;
  if (name === "one-cycle") return { name };
  const warmupSteps = lrWarmupEpochs * stepsPerEpoch;
  if (name !== "step") return { name, warmupSteps };
  return { name, size: lrStepSize * stepsPerEpoch, gamma: lrGamma, warmupSteps };
}

function augmentationOf(config: TrainConfig): Recipe["augmentation"] {
  const { hflip, cropPadding, randomErase } = config;
  if (!hflip && cropPadding === 0 && randomErase === 0) return undefined;
  return { flip: hflip, cropPadding, eraseProbability: randomErase };
}
