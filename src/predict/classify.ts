import { bytesOf, type ImageFormat, imageSet, unload } from "../data/mod.ts";
import type { Module } from "../nn/mod.ts";
import type { Device } from "../tensor/mod.ts";
import { predictions } from "../train/mod.ts";

/** A class and how likely the model holds it to be, 0 to 1. */
export interface Candidate {
  readonly name: string;
  /** Index of the class. */
  readonly label: number;
  readonly probability: number;
}

/**
 * The `top` likeliest classes of each image of that format, the likeliest first: the one that
 * `evaluate` counts, then by probability.
 */
export function classify(
  model: Module,
  images: readonly Uint8Array[],
  top: number,
  format: ImageFormat,
  device: Device = "cpu",
): Candidate[][] {
  const pixels = new Uint8Array(images.length * bytesOf(format));
  images.forEach((image, i) => pixels.set(image, i * bytesOf(format)));
  const set = imageSet("pictures", pixels, new Uint8Array(images.length), format);
  const { predicted, probabilities } = predictions(model, set, { device });
  unload(set);
  const count = format.classes.length;
  return images.map((_, i) => {
    const likelihood = probabilities.subarray(i * count, (i + 1) * count);
    const isFirst = (label: number) => Number(label === predicted[i]);
    return format.classes
      .map((name, label) => ({ name, label, probability: likelihood[label] }))
      .sort((a, b) => isFirst(b.label) - isFirst(a.label) || b.probability - a.probability)
      .slice(0, top);
  });
}
