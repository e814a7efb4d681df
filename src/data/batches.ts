import { native } from "../ffi/mod.ts";
import { type Device, type Random, Tensor } from "../tensor/mod.ts";
import { type Augmentation, augmented, checkAugmentations } from "./augmentation.ts";
import type { ImageSet } from "./image_set.ts";
import { resident } from "./resident.ts";

/** Images and labels for one step; freed when the next batch is asked for. */
export interface Batch {
  /** Pixels `[count, channels, height, width]` f32 in [0, 1]. */
  readonly images: Tensor;
  /** Classes `[count]` u32. */
  readonly labels: Tensor;
  /** The images' places in the set, `[count]`: a view of the epoch's order. */
  readonly indices: Uint32Array;
  /** How many images it has. */
  readonly count: number;
  /** How many classes the set has. */
  readonly classes: number;
}

/** How a set is cut into batches. */
export interface BatchOptions {
  /** Shuffles the set; without it the batches keep its order. */
  readonly random?: Random;
  /** What is done to the images, nothing by default. */
  readonly augment?: Augmentation;
  /** Where the tensors live, `cpu` by default. */
  readonly device?: Device;
  /** Batches to leave out at the beginning, for a run that goes on inside an epoch. */
  readonly from?: number;
  /** Leaves out the last batch where it is partial. */
  readonly dropLast?: boolean;
  /** How many of the set's first images there are, all by default. */
  readonly first?: number;
}

/** The number of batches in an epoch, the last partial one included unless it is dropped. */
export const batchCount = (
  set: ImageSet,
  batchSize: number,
  { dropLast = false, first = set.count }: Pick<BatchOptions, "dropLast" | "first"> = {},
): number => Math[dropLast ? "floor" : "ceil"](first / batchSize);

/**
 * Cuts a set into batches of `batchSize`, the last partial one included unless `dropLast` leaves it
 * out: each image once. A pure
 * function of its arguments; `from` leaves the others as they are. Throws RangeError for a size,
 * padding, probability or `from` out of range.
 *
 * @example
 * ```ts ignore
 * for (const { images, labels } of batches(train, 32, { random: shuffle.at({ epoch }) })) {
 *   scope(() => step(images, labels));
 * }
 * ```
 */
export function batches(
  set: ImageSet,
  batchSize: number,
  options: BatchOptions = {},
): Iterable<Batch> {
  const { from = 0, augment } = options;
  checkWhole("batch size", batchSize, 1, Number.MAX_SAFE_INTEGER);
  checkWhole("number of images", options.first ?? set.count, 0, set.count);
  checkWhole("number of batches to skip", from, 0, batchCount(set, batchSize, options));
  if (augment) checkAugmentations(augment, set);
  return { [Symbol.iterator]: () => cut(set, batchSize, options) };
}

const pair = new Float64Array(2);

function* cut(set: ImageSet, batchSize: number, options: BatchOptions): Generator<Batch> {
  const { random, augment, device = "cpu", from = 0, first: total = set.count } = options;
  const order = random?.permutation(total) ?? new Uint32Array(total).map((_, i) => i);
  const source = resident(set, device);
  const chance = augment?.random.at({ epoch: random?.epoch ?? augment.random.epoch });
  const end = batchCount(set, batchSize, options);
  for (let index = from; index < end; index++) {
    const indices = order.subarray(index * batchSize, (index + 1) * batchSize);
    const count = indices.length;
    native.gather_batch(source.images.handle, source.labels.handle, indices, pair);
    const gathered = new Tensor(pair[0]!, "f32", [count, set.channels, set.height, set.width]);
    const labels = new Tensor(pair[1]!, "u32", [count]);
    const images = augment && chance ? augmented(gathered, augment, chance, indices) : gathered;
    // In a generator `using` takes fifteen times as long.
    try {
      yield { images, labels, indices, count, classes: set.classes.length };
    } finally {
      images.dispose();
      labels.dispose();
    }
  }
}

function checkWhole(name: string, value: number, low: number, high: number): void {
  if (!Number.isInteger(value) || value < low || value > high) {
    throw new RangeError(`The ${name} is ${value}: expected a whole number from ${low} to ${high}`);
  }
}
