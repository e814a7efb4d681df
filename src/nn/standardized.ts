import { Tensor } from "../tensor/mod.ts";
import type { Layer } from "./module.ts";

/** Mean and standard deviation of the pixels of each channel, where a pixel lies in [0, 1]. */
export interface ChannelFigures {
  /** `[channels]` */
  readonly mean: readonly number[];
  /** `[channels]`, each above 0. */
  readonly std: readonly number[];
}

/** A model of standardized images. */
export interface Standardized extends Layer, ChannelFigures {}

/**
 * A model that sees `(pixel - mean) / std` instead of a pixel, as torchvision's Normalize. Its weights
 * have the names that they have in `model`. Throws RangeError for figures without a meaning.
 */
export function standardized(model: Layer, { mean, std }: ChannelFigures): Standardized {
  const isRight = mean.length === std.length && mean.every(Number.isFinite) &&
    std.every((value) => value > 0 && value < Infinity);
  if (!isRight) {
    throw new RangeError(
      `Cannot standardize by the means ${mean} and the standard deviations ${std}: ` +
        "there has to be a number of each for every channel, and no deviation of 0",
    );
  }
  const shape = [1, mean.length, 1, 1];
  const prepare = (images: Tensor): Tensor => {
    const { dtype, device } = images;
    if (images.shape[1] !== mean.length) {
      throw new RangeError(
        `Cannot standardize images of ${images.shape[1]} channels by figures of ${mean.length}`,
      );
    }
    const [shift, scale] = [mean, std].map((figures) =>
      Tensor.from(Float64Array.from(figures), shape, { dtype, device })
    );
    const centred = images.sub(shift!);
    const result = centred.div(scale!);
    if (!result.requiresGrad) { for (const tensor of [shift!, scale!, centred]) tensor.dispose(); }
    return result;
  };
  return {
    ...model,
    kind: "standardized",
    around: model,
    mean,
    std,
    prepare: (images) => {
      const prepared = prepare(images);
      return model.prepare?.(prepared) ?? prepared;
    },
    forward(images, module, mode) {
      const prepared = prepare(images);
      const scores = model.forward(prepared, module, mode);
      if (!scores.requiresGrad) prepared.dispose();
      return scores;
    },
  };
}
