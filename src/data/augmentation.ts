import { native } from "../ffi/mod.ts";
import { type Random, Tensor } from "../tensor/mod.ts";
import type { ImageFormat } from "./image_set.ts";

/** Amounts of what is done to training images; nothing by default. */
export interface Augmentations {
  /**
   * Mirrors half of the images, drawn anew each epoch; `alternating` mirrors half of them in epoch 0,
   * and from then on those that were not mirrored in the epoch before (arXiv 2404.00498).
   */
  readonly flip?: boolean | "alternating";
  /** Moves an image by up to this many pixels each way, with background moving in. */
  readonly cropPadding?: number;
  /** How likely a rectangle of an image is erased (Zhong et al. 2017, arXiv 1708.04896), 0 to 1. */
  readonly eraseProbability?: number;
  /** Side in pixels of a square that is erased around any pixel (arXiv 1708.04552). */
  readonly cutout?: number;
  /** Turns an image by up to this many degrees, 0 to 180. */
  readonly rotate?: number;
  /** Moves an image by up to this share of its height and width, 0 to 1, between pixels too. */
  readonly translate?: number;
  /** Changes an image's size by up to this share, 0 to less than 1. */
  readonly zoom?: number;
  /** Shears an image along its rows by up to this many degrees, 0 to less than 90. */
  readonly shear?: number;
  /** Multiplies brightness by 1 - this to 1 + this, as torchvision's ColorJitter. */
  readonly brightness?: number;
  /** Changes the contrast in the same way. */
  readonly contrast?: number;
  /** Changes the saturation of three channels in the same way. */
  readonly saturation?: number;
}

/**
 * What is done to training images: each image's chance depends on its place in the set and the
 * epoch alone.
 */
export interface Augmentation extends Augmentations {
  /** Its epoch is replaced by the epoch of the shuffle, if there is one. */
  readonly random: Random;
}

/** Amounts that leave images as they are. */
const unchanged = {
  flip: false,
  cropPadding: 0,
  eraseProbability: 0,
  cutout: 0,
  rotate: 0,
  translate: 0,
  zoom: 0,
  shear: 0,
  brightness: 0,
  contrast: 0,
  saturation: 0,
} as const satisfies Required<Augmentations>;

/** The amounts, if any of them changes images. */
export function effectiveAugmentations(amounts: Augmentations): Augmentations | undefined {
  const keys = Object.keys(unchanged) as (keyof Augmentations)[];
  return keys.some((key) => (amounts[key] ?? unchanged[key]) !== unchanged[key])
    ? amounts
    : undefined;
}

type Range = readonly [
  name: Exclude<keyof Augmentations, "flip">,
  isRight: (amount: number) => boolean,
  text: string,
];
const isPositive = (amount: number) => amount >= 0 && amount < Infinity;
const ranges: readonly Range[] = [
  ["cutout", (pixels) => Number.isInteger(pixels) && pixels >= 0 && pixels < 65536, "pixels"],
  ["rotate", (degrees) => degrees >= 0 && degrees <= 180, "0 to 180 degrees"],
  ["translate", (share) => share >= 0 && share <= 1, "0 to 1"],
  ["zoom", (share) => share >= 0 && share < 1, "0 to less than 1"],
  ["shear", (degrees) => degrees >= 0 && degrees < 90, "0 to less than 90 degrees"],
  ["brightness", isPositive, "0 or more"],
  ["contrast", isPositive, "0 or more"],
  ["saturation", isPositive, "0 or more"],
];

/** Throws a RangeError for amounts out of range, or without a meaning for images of this format. */
export function checkAugmentations(
  given: Augmentations,
  { channels, height, width }: Pick<ImageFormat, "channels" | "height" | "width">,
): void {
  const amounts = { ...unchanged, ...given };
  const erase = amounts.eraseProbability;
  if (!(erase >= 0 && erase <= 1)) {
    throw new RangeError(`The erase probability is ${erase}: expected 0 to 1`);
  }
  for (const [name, isRight, range] of ranges) {
    if (isRight(amounts[name])) continue;
    throw new RangeError(`The augmentation ${name} is ${amounts[name]}: expected ${range}`);
  }
  if (amounts.saturation > 0 && channels !== 3) {
    throw new RangeError(`saturation is for images of 3 channels, not of ${channels}`);
  }
  const most = Math.min(height, width) - 1;
  const padding = amounts.cropPadding;
  if (!Number.isInteger(padding) || padding < 0 || padding > most) {
    throw new RangeError(
      `The crop padding is ${padding}: expected a whole number from 0 to ${most}`,
    );
  }
}

/** Changed copies of images, which it frees. */
export function augmented(
  images: Tensor,
  given: Augmentations,
  { seed, key, epoch }: Random,
  indices: Uint32Array<ArrayBuffer>,
): Tensor {
  using plain = images;
  const amounts: Required<Augmentations> = { ...unchanged, ...given };
  return new Tensor(
    native.augment_images(
      plain.handle,
      amounts.flip === "alternating" ? 2 : Number(amounts.flip),
      amounts.cropPadding,
      amounts.eraseProbability,
      amounts.cutout,
      amounts.rotate,
      amounts.translate,
      amounts.zoom,
      amounts.shear,
      amounts.brightness,
      amounts.contrast,
      amounts.saturation,
      seed,
      key,
      epoch,
      indices,
    ),
    "f32",
  );
}
