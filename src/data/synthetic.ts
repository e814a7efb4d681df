import { Random } from "../tensor/mod.ts";
import { imageBytes, type ImageSet, imageSet } from "./image_set.ts";
import { Painter, wordsPerImage } from "./synthetic/draw.ts";

/** The seed of the synthetic set that comes with wick. */
export const syntheticSeed = 2017;

/** Its parts; each is a stream of images without end, apart from the others. */
export const syntheticParts = ["train", "validation", "test"] as const;

/**
 * Draws the first `count` images of a part of the synthetic set: ten kinds of garment in
 * Fashion-MNIST's format and order, image i of class i mod 10. Image i depends only on seed, part
 * and i, and its bits are the same everywhere.
 */
export function syntheticSet(
  part: (typeof syntheticParts)[number],
  count: number,
  seed = syntheticSeed,
): ImageSet {
  const images = new Uint8Array(count * imageBytes);
  const labels = Uint8Array.from({ length: count }, (_, index) => index % 10);
  const random = new Random(seed, "synthetic", syntheticParts.indexOf(part));
  const painter = new Painter();
  for (let index = 0; index < count; index++) {
    const start = index * imageBytes;
    const words = random.at({ index }).bits(wordsPerImage);
    painter.paint(labels[index], words, images.subarray(start, start + imageBytes));
  }
  return imageSet(`synthetic/${part}`, images, labels);
}
