import { choices, settingsOf, type TrainConfig, type Values } from "../config/mod.ts";
import { type Augmentations, dataSet, effectiveAugmentations } from "../data/mod.ts";
import { type AnyModel, models } from "../models/mod.ts";
import {
  crossEntropyLoss,
  isBias,
  isNormOrBias,
  type Layer,
  lookahead,
  type Loss,
  mixing,
  type Optimizer,
  optimizers,
  parameterGroups,
  type Schedule,
  schedules,
  type Step,
} from "../nn/mod.ts";
import { messageOf, UsageError } from "../errors.ts";
import { withInput } from "./input.ts";
import { complete, named } from "../settings/mod.ts";
import type { DeclaredMetric } from "../statistics/mod.ts";
import type { Device } from "../tensor/mod.ts";

/** What decides a training besides its model and its data: values, not names. */
export interface Recipe {
  /** What updates the weights, and its learning rate. */
  readonly optimizer: Optimizer;
  /** What is made small. */
  readonly loss: Loss;
  /** The forward half of a step; by default the loss of the model's outputs. */
  readonly step?: Step;
  /** How the learning rate changes. */
  readonly schedule: Schedule;
  /** What is done to training images, nothing by default. */
  readonly augmentation?: Augmentations;
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
  /** Decay of the weights' running averages, which are evaluated instead of the weights; 0 for none. */
  readonly ema: number;
  /** Batches a step: the gradient is the mean over the images of all of them. */
  readonly accumulate: number;
  /** Parts of a batch, each computed by itself: processes divide them among themselves. */
  readonly shards: number;
  /** Batches of images, the set's first, that all epochs are trained on; 0 for all images. */
  readonly overfitBatches: number;
}

/** The model of a config that is wick's own; throws a UsageError that names what there is. */
export function builtIn({ model }: Pick<TrainConfig, "model">): AnyModel {
  try {
    return named("model", models, model);
  } catch (error) {
    const hint = /[./]/.test(model) ? "; a module of one's own ends in .ts or .js" : "";
    throw new UsageError(messageOf(error) + hint, { cause: error });
  }
}

/** The settings of its model that a config states. */
export const modelSettings = (config: TrainConfig): Values =>
  config.modelSettings ?? settingsOf(choices.model, config);

/** The layers of a config's model, for the images of its data set. */
export const modelOf = (config: TrainConfig, model: AnyModel = builtIn(config)): Layer =>
  withInput(model.of(modelSettings(config), dataSet(config.data)), config);

/** The recipe that a config describes, with what its model has of its own. */
export function recipeOf(config: TrainConfig, model: AnyModel = builtIn(config)): Recipe {
  const { epochs, batchSize, seed, device, bestBy, earlyStopping } = config;
  const { ema, accumulate, shards, overfitBatches, lrWarmupEpochs: warmupEpochs } = config;
  const schedule = named("schedule", schedules, config.lrScheduler);
  return {
    optimizer: optimizerOf(config),
    loss: lossOf(config, model),
    ...stepOf(config, model),
    schedule: schedule.of({ ...settingsOf(choices.lrScheduler, config), warmupEpochs }),
    augmentation: effectiveAugmentations(augmentationOf(config)),
    epochs,
    batchSize,
    seed,
    device,
    bestBy,
    earlyStopping,
    ema,
    accumulate,
    shards,
    overfitBatches,
  };
}

/** The optimizer of a config, its groups of parameters, and Lookahead around it. */
function optimizerOf(config: TrainConfig): Optimizer {
  const { clipGradNorm, decayWeightsOnly, biasLrFactor, lookaheadSteps: steps } = config;
  const spec = named("optimizer", optimizers, config.opt);
  const settings = settingsOf(choices.opt, config);
  const clipping = clipGradNorm > 0 ? { clipGradNorm } : {};
  const light = decayWeightsOnly ? { ...settings, weightDecay: 0 } : settings;
  const optimizer = decayWeightsOnly || biasLrFactor !== 1
    ? parameterGroups([
      { optimizer: spec.of(light), takes: isBias, rateFactor: biasLrFactor },
      { optimizer: spec.of(light), takes: isNormOrBias },
      { optimizer: spec.of(settings) },
    ], clipping)
    : spec.of({ ...settings, ...clipping });
  return steps === 0 ? optimizer : lookahead(optimizer, { steps, share: config.lookaheadShare });
}

/** The loss of a config's training: the model's own, or the cross-entropy. */
export function lossOf(config: TrainConfig, model: AnyModel): Loss {
  if (model.loss !== undefined) return model.loss(complete(model, modelSettings(config)));
  return crossEntropyLoss({ labelSmoothing: config.labelSmoothing });
}

/** The step of a config's training, where it is not the plain one: the model's own, mixed images. */
function stepOf(config: TrainConfig, model: AnyModel): Pick<Recipe, "step"> {
  const { mixup, cutmix } = config;
  const step = model.step?.(complete(model, modelSettings(config)));
  if (mixup > 0 || cutmix > 0) return { step: mixing({ mixup, cutmix }, step) };
  return step ? { step } : {};
}

function augmentationOf({ hflip, alternatingFlip, randomErase, ...config }: TrainConfig) {
  const { cropPadding, cutout, rotate, translate, zoom, shear } = config;
  const { brightness, contrast, saturation } = config;
  const flip = alternatingFlip ? "alternating" as const : hflip;
  return {
    ...{ flip, cropPadding, eraseProbability: randomErase, cutout },
    ...{ rotate, translate, zoom, shear, brightness, contrast, saturation },
  };
}
