import { figuresOfText, figuresText, type TrainConfig, type TrainSettings } from "../config/mod.ts";
import { channelFigures, checkAugmentations, type ImageSet } from "../data/mod.ts";
import { messageOf, UsageError, UserError } from "../errors.ts";
import { recipeOf } from "../train/mod.ts";
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
  const { mean } = figuresOfText(config.normalize) ?? {};
  if (mean !== undefined && mean.length !== train.channels) {
    throw new UsageError(
      `--normalize has figures of ${mean.length} channels, and the images have ${train.channels}`,
    );
  }
  try {
    checkAugmentations(recipeOf(config, model).augmentation ?? {}, train);
  } catch (error) {
    throw new UsageError(messageOf(error));
  }
}
