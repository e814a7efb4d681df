/** The ten classes of Fashion-MNIST in the order of its labels (arXiv 1708.07747, table 2). */
export const classNames: readonly string[] = [
  "T-shirt/top",
  "Trouser",
  "Pullover",
  "Dress",
  "Coat",
  "Sandal",
  "Shirt",
  "Sneaker",
  "Bag",
  "Ankle boot",
];

/** Height and width of every image, in pixels. */
export const imageSize = 28;

/** Bytes of one image, `[28, 28]` u8. */
export const imageBytes = imageSize * imageSize;

/** Labelled 8-bit gray images, all in memory. */
export interface ImageSet {
  /** Where the images come from and which part they are, as `fashion-mnist/train`. */
  readonly name: string;
  /** Pixels `[count, 28, 28]`, 0 is background. */
  readonly images: Uint8Array<ArrayBuffer>;
  /** Classes `[count]`, each an index into `classes`. */
  readonly labels: Uint8Array<ArrayBuffer>;
  /** How many images there are. */
  readonly count: number;
  /** Height of an image in pixels. */
  readonly rows: 28;
  /** Width of an image in pixels. */
  readonly columns: 28;
  /** Names of the classes, in the order of the labels. */
  readonly classes: readonly string[];
}

/**
 * Makes an {@linkcode ImageSet} of pixels `[count, 28, 28]` and labels `[count]`; throws
 * RangeError where they disagree.
 */
export function imageSet(
  name: string,
  images: Uint8Array<ArrayBuffer>,
  labels: Uint8Array<ArrayBuffer>,
  classes = classNames,
): ImageSet {
  if (images.length !== labels.length * imageBytes) {
    throw new RangeError(
      `Cannot make ${name} of ${images.length} pixels and ${labels.length} labels: ` +
        `expected ${imageBytes} pixels a label`,
    );
  }
  return { name, images, labels, count: labels.length, rows: 28, columns: 28, classes };
}

/**
 * Copies the images at `indices`, in that order, into a set of their own; throws RangeError for an
 * index out of range.
 */
export function subset(set: ImageSet, name: string, indices: Uint32Array): ImageSet {
  const images = new Uint8Array(indices.length * imageBytes);
  const labels = new Uint8Array(indices.length);
  indices.forEach((index, place) => {
    if (index >= set.count) {
      throw new RangeError(`Cannot take image ${index} of ${set.name}: it has ${set.count}`);
    }
    const start = index * imageBytes;
    images.set(set.images.subarray(start, start + imageBytes), place * imageBytes);
    labels[place] = set.labels[index];
  });
  return imageSet(name, images, labels, set.classes);
}
