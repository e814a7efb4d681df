import type { Augmentation } from "../data/mod.ts";
import { createModel } from "../models/mod.ts";
import type { Layer, OptimizerOptions, Schedule } from "../nn/mod.ts";
import type { Random } from "../tensor/mod.ts";
import type { Recipe, TrainConfig } from "../config/config.ts";

/** The model that a config names. */
export function modelOf({ model, hidden }: TrainConfig): Layer {
  return createModel(model, { hidden });
}

/** The optimizer that a recipe names; what it leaves open is as PyTorch has it. */
export function optimizerOf(recipe: Recipe): OptimizerOptions {
  const { opt, lr, momentum, nesterov, weightDecay, clipGradNorm } = recipe;
  return {
    name: opt,
    lr,
    weightDecay,
    ...(momentum !== undefined && { momentum }),
    ...(nesterov !== undefined && { nesterov }),
    ...(clipGradNorm > 0 && { clipGradNorm }),
  };
}

/** The learning-rate schedule that a recipe names, counted in steps. */
export function scheduleOf(recipe: Recipe, stepsPerEpoch: number): Schedule {
  const { lrScheduler: name, lrWarmupEpochs, lrStepSize = 3, lrGamma = 0.1 } = recipe;
  if (name === "one-cycle") return { name };
  const warmupSteps = lrWarmupEpochs * stepsPerEpoch;
  if (name !== "step") return { name, warmupSteps };
  return { name, size: lrStepSize * stepsPerEpoch, gamma: lrGamma, warmupSteps };
}

/** The augmentation that a recipe asks for; undefined for none. */
export function augmentationOf(recipe: Recipe, random: Random): Augmentation | undefined {
  const { hflip, cropPadding, randomErase } = recipe;
  if (!hflip && cropPadding === 0 && randomErase === 0) return undefined;
  return { flip: hflip, cropPadding, eraseProbability: randomErase, random };
}
