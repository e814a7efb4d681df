/** What the images of a set look like, and what they show. */
export interface ImageFormat {
  /** Numbers a pixel has: 1, gray. */
  readonly channels: number;
  /** Pixels from top to bottom. */
  readonly height: number;
  /** Pixels from left to right. */
  readonly width: number;
  /** Names of the classes, in the order of the labels; at most 256. */
  readonly classes: readonly string[];
}

/** Bytes of one image. */
export const bytesOf = ({ channels, height, width }: Omit<ImageFormat, "classes">): number =>
  channels * height * width;

/** A label is a byte. */
export const mostClasses = 256;

/** Labelled 8-bit gray images, all in memory. */
export interface ImageSet extends ImageFormat {
  /** Where the images come from and which part they are, as `fashion-mnist/train`. */
  readonly name: string;
  /** Pixels `[count, channels, height, width]`, 0 is background. */
  readonly images: Uint8Array<ArrayBuffer>;
  /** Classes `[count]`, each an index into `classes`. */
  readonly labels: Uint8Array<ArrayBuffer>;
  /** How many images there are. */
  readonly count: number;
}

/**
 * Makes an {@linkcode ImageSet} of pixels `[count, channels, height, width]` and labels `[count]`;
 * throws RangeError where they disagree, or a label is no class.
 */
export function imageSet(
  name: string,
  images: Uint8Array<ArrayBuffer>,
  labels: Uint8Array<ArrayBuffer>,
  { channels, height, width, classes }: ImageFormat,
): ImageSet {
  const bytes = bytesOf({ channels, height, width });
  if (images.length !== labels.length * bytes) {
    throw new RangeError(
      `Cannot make ${name} of ${images.length} pixels and ${labels.length} labels: ` +
        `expected ${bytes} pixels a label`,
    );
  }
  if (classes.length > mostClasses) {
    throw new RangeError(`Cannot make ${name} of ${classes.length} classes: 256 are the most`);
  }
  const wrong = labels.findIndex((label) => label >= classes.length);
  if (wrong >= 0) {
    throw new RangeError(
      `Cannot make ${name} of ${classes.length} classes: label ${wrong} is ${labels[wrong]}`,
    );
  }
  return { name, images, labels, count: labels.length, channels, height, width, classes };
}

/**
 * Copies the images at `indices`, in that order, into a set of their own; throws RangeError for an
 * index out of range.
 */
export function subset(set: ImageSet, name: string, indices: Uint32Array): ImageSet {
  const bytes = bytesOf(set);
  const images = new Uint8Array(indices.length * bytes);
  const labels = new Uint8Array(indices.length);
  indices.forEach((index, place) => {
    if (index >= set.count) {
      throw new RangeError(`Cannot take image ${index} of ${set.name}: it has ${set.count}`);
    }
    const start = index * bytes;
    images.set(set.images.subarray(start, start + bytes), place * bytes);
    labels[place] = set.labels[index];
  });
  return imageSet(name, images, labels, set);
}
