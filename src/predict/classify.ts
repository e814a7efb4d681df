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

/** What a model says of one image. */
export interface Scores {
  /** Index of the likeliest class: the one that `evaluate` counts. */
  readonly label: number;
  /** The probability of every class, 0 to 1, `[classes]`. */
  readonly probabilities: Float32Array;
}

/** What a model says of each image of that format; an image has the same bits in any company. */
export function scoresOf(
  model: Module,
  images: readonly Uint8Array[],
  format: ImageFormat,
  device: Device = "cpu",
): Scores[] {
  const pixels = new Uint8Array(images.length * bytesOf(format));
  images.forEach((image, i) => pixels.set(image, i * bytesOf(format)));
  const set = imageSet("pictures", pixels, new Uint8Array(images.length), format);
  const { predicted, probabilities } = predictions(model, set, { device });
  unload(set);
  const count = format.classes.length;
  return images.map((_, i) => ({
    label: predicted[i],
    probabilities: probabilities.subarray(i * count, (i + 1) * count),
  }));
}

/** The `top` likeliest classes, the likeliest first: the one that `evaluate` counts, then by probability. */
export function ranked(
  { label: first, probabilities }: Scores,
  classes: readonly string[],
  top: number,
): Candidate[] {
  const isFirst = (label: number) => Number(label === first);
  return classes
    .map((name, label) => ({ name, label, probability: probabilities[label] }))
    .sort((a, b) => isFirst(b.label) - isFirst(a.label) || b.probability - a.probability)
    .slice(0, top);
}

/** The `top` likeliest classes of each image of that format, as `ranked` has them. */
export function classify(
  model: Module,
  images: readonly Uint8Array[],
  top: number,
  format: ImageFormat,
  device: Device = "cpu",
): Candidate[][] {
  return scoresOf(model, images, format, device).map((each) => ranked(each, format.classes, top));
}
