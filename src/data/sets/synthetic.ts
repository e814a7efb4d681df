import { Random } from "../../tensor/mod.ts";
import { bytesOf, type ImageFormat, type ImageSet, imageSet } from "../image_set.ts";
import { Painter, wordsPerImage } from "../synthetic/draw.ts";
import { drawn } from "./drawn.ts";
import type { DataSet } from "./data_set.ts";
import { fashionMnist } from "./fashion_mnist.ts";

/** The seed of the synthetic set that comes with wick. */
const syntheticSeed = 2017;

/** The synthetic set's parts: each is an endless stream of images of its own. */
const parts = ["train", "validation", "test"];

/** Ten kinds of garment, in the format and order of Fashion-MNIST. */
const { channels, height, width, classes } = fashionMnist;
const format: ImageFormat = { channels, height, width, classes };

/**
 * Draws the first `count` images of a part of the synthetic set: ten kinds of garment in
 * Fashion-MNIST's format and order, image i of class i mod 10. Image i depends only on seed, part
 * and i, and its bits are the same everywhere.
 */
export function syntheticSet(
  part: "train" | "validation" | "test",
  count: number,
  seed = syntheticSeed,
): ImageSet {
  const bytes = bytesOf(format);
  const images = new Uint8Array(count * bytes);
  const labels = Uint8Array.from({ length: count }, (_, index) => index % classes.length);
  const random = new Random(seed, "synthetic", parts.indexOf(part));
  const painter = new Painter();
  for (let index = 0; index < count; index++) {
    const start = index * bytes;
    const words = random.at({ index }).bits(wordsPerImage);
    painter.paint(labels[index], words, images.subarray(start, start + bytes));
  }
  return imageSet(`synthetic/${part}`, images, labels, format);
}

/** Drawn garments, for machines that Fashion-MNIST cannot be brought to, and for tests. */
export const synthetic: DataSet = drawn({
  name: "synthetic",
  title: "SYNTHETIC data",
  mark: "SYNTHETIC data",
  ...format,
  trainCount: 60_000,
  validationCount: 10_000,
  testCount: 10_000,
  draw: syntheticSet,
});
