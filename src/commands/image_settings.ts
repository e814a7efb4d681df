import { figuresOfText, figuresText, type TrainConfig, type TrainSettings } from "../config/mod.ts";
import { channelFigures, checkAugmentations, type ImageSet } from "../data/mod.ts";
import { flagName } from "../cli/mod.ts";
import { messageOf, UsageError, UserError } from "../errors.ts";
import { counted } from "../printable.ts";
import { recipeOf, stepsPerEpoch } from "../train/mod.ts";
import type { AnyModel } from "../models/mod.ts";

/** The settings with the training images' own figures, where they are to be standardized by them. */
export function withFigures(settings: TrainSettings, train: ImageSet): TrainSettings {
  if (settings.normalize !== "train") return settings;
  const figures = channelFigures(train);
  if (figures.std.includes(0)) {
    throw new UserError(
      `--normalize train cannot be: a channel of ${train.name} has one value everywhere`,
    );
  }
  return { ...settings, normalize: figuresText(figures) };
}

/** Refuses what is right by itself, but has no meaning for these images. */
export function refuseForImages(config: TrainConfig, model: AnyModel, train: ImageSet): void {
  const wrong = stepProblem(config, train.count);
  if (wrong !== undefined) throw new UsageError(wrong);
  try {
    checkAugmentations(recipeOf(config, model).augmentation ?? {}, train);
  } catch (error) {
    throw new UsageError(messageOf(error));
  }
}

/** Says that figures are of other channels than images have. */
export function normalizeProblem(normalize: string, channels: number): string | undefined {
  const { mean } = figuresOfText(normalize) ?? {};
  if (mean === undefined || mean.length === channels) return undefined;
  return `--normalize ${normalize} has the figures of ${counted(mean.length, "channel")}, and ` +
    `the images have ${channels}: ${Array(channels).fill("MEAN:STD").join("/")}`;
}

/** Says which setting has no meaning for so many training images; undefined where each has one. */
function stepProblem(config: TrainConfig, count: number): string | undefined {
  const { batchSize, overfitBatches, epochs } = config;
  const batches = Math.ceil(count / batchSize);
  const steps = epochs * stepsPerEpoch(config, count);
  const used = overfitBatches === 0 ? batches : Math.min(batches, overfitBatches);
  const limits = [
    ["overfitBatches", batches, counted(batches, "batch", "batches"), "an epoch"],
    ["accumulate", used, counted(used, "batch", "batches"), "an epoch"],
    ["lookaheadSteps", steps, counted(steps, "step"), "the run"],
  ] as const;
  const over = limits.find(([key, most]) => config[key] > most);
  if (over !== undefined) {
    const [key, , most, of] = over;
    return `--${flagName(key)} ${config[key]} is more than the ${most} of ${of}`;
  }
  const mixes = (["mixup", "cutmix"] as const).find((key) => config[key] > 0);
  if (mixes && batchSize === 1) {
    return `--${mixes} mixes the images of a batch, of which --batch-size 1 leaves one`;
  }
}
