import { UsageError } from "../errors.ts";
import { Random } from "../tensor/mod.ts";
import { type ImageSet, subset } from "./image_set.ts";

/**
 * Decides which images are for validation; fixed, so that runs with different seeds can be
 * compared.
 */
export const splitSeed = 1708_07747;

/** Images held back for validation: 1,000 a class. */
export const validationCount = 10_000;

/** Images left for training beside a validation set. */
export const trainingCount = 50_000;

/** All images of the training part; to train on them leaves no validation set. */
export const fullCount = trainingCount + validationCount;

/** Throws {@linkcode UsageError} unless `trainSize` is 1 to 50,000, or 60,000. */
export function checkTrainSize(trainSize: number): void {
  const possible = Number.isInteger(trainSize) && trainSize >= 1 &&
    (trainSize <= trainingCount || trainSize === fullCount);
  if (!possible) {
    throw new UsageError(
      `--train-size ${trainSize} is not possible: take 1 to ${trainingCount}, ` +
        `or ${fullCount} to train on everything without a validation set.`,
    );
  }
}

/**
 * Divides the indices of a labelled set, class by class: `heldBack` of each class for validation,
 * the others in an order in which the classes take turns, so that its beginning of any length is
 * as balanced as can be and a longer one contains every shorter one. A pure function of labels and
 * seed.
 */
export function stratify(
  labels: Uint8Array,
  classes: number,
  heldBack: number,
  seed = splitSeed,
): { readonly train: Uint32Array; readonly validation: Uint32Array } {
  const random = new Random(seed, "split");
  const members = Array.from({ length: classes }, (_, label) => {
    const indices = indicesOf(labels, label);
    return random.at({ index: label }).permutation(indices.length).map((place) => indices[place]);
  });
  if (members.some((indices) => indices.length < heldBack)) {
    throw new RangeError(`Cannot hold back ${heldBack} images of each class: one has fewer`);
  }
  const validation = members.flatMap((indices) => [...indices.subarray(0, heldBack)]);
  const rest = members.map((indices) => indices.subarray(heldBack));
  const train: number[] = [];
  const longest = rest.reduce((most, indices) => indices.length > most ? indices.length : most, 0);
  for (let turn = 0; turn < longest; turn++) {
    for (const indices of rest) if (turn < indices.length) train.push(indices[turn]);
  }
  return { train: Uint32Array.from(train), validation: Uint32Array.from(validation).sort() };
}

/**
 * The training and validation images of `set` (60,000 images); `trainSize` as {@linkcode
 * checkTrainSize} has it.
 */
export function split(
  set: ImageSet,
  trainSize: number,
): { readonly train: ImageSet; readonly validation: ImageSet | undefined } {
  checkTrainSize(trainSize);
  if (trainSize === fullCount) return { train: set, validation: undefined };
  const { train, validation } = stratify(
    set.labels,
    set.classes.length,
    validationCount / set.classes.length,
  );
  return {
    train: subset(set, set.name, train.slice(0, trainSize).sort()),
    validation: subset(set, set.name.replace(/train$/, "validation"), validation),
  };
}

function indicesOf(labels: Uint8Array, label: number): Uint32Array {
  const indices: number[] = [];
  labels.forEach((value, index) => value === label && indices.push(index));
  return Uint32Array.from(indices);
}
