import { UsageError } from "../errors.ts";
import { Random } from "../tensor/mod.ts";
import { type ImageSet, subset } from "./image_set.ts";
import type { DataSet, Origin, TrainingData } from "./sets/data_set.ts";

/**
 * Decides which images are for validation; fixed, so that runs with different seeds can be
 * compared.
 */
export const splitSeed = 1708_07747;

/** Sizes of a data set's training part. */
export type Counts = Pick<DataSet, "trainCount" | "validationCount" | "heldBack">;

/** Images left for training beside the validation images. */
export const trainingCount = ({ trainCount, validationCount }: Counts): number =>
  trainCount - validationCount;

/** Whether a run can be trained on `trainSize` images: all, or at most those validation leaves. */
export const isTrainSize = (counts: Counts, trainSize: number): boolean =>
  Number.isInteger(trainSize) && trainSize >= 1 &&
  (trainSize <= trainingCount(counts) || trainSize === counts.trainCount);

/** Throws {@linkcode UsageError} unless the set can be trained on `trainSize` images. */
export function checkTrainSize(
  set: Pick<DataSet, "trainCount" | "validationCount">,
  trainSize: number,
): void {
  if (isTrainSize(set, trainSize)) return;
  throw new UsageError(
    `Cannot train on ${trainSize} images: take 1 to ${trainingCount(set)}, ` +
      `or ${set.trainCount} to train on everything without a validation set.`,
  );
}

/**
 * Divides the indices of a labelled set, class by class: `heldBack` of each class, or as many as it
 * says of a class of so many, for validation, the others in an order in which the classes take turns, so that its beginning of any length is
 * as balanced as can be and a longer one contains every shorter one. A pure function of labels and
 * seed.
 */
export function stratify(
  labels: Uint8Array,
  classes: number,
  heldBack: number | ((members: number) => number),
  seed = splitSeed,
): { readonly train: Uint32Array; readonly validation: Uint32Array } {
  const random = new Random(seed, "split");
  const members = Array.from({ length: classes }, (_, label) => {
    const indices = indicesOf(labels, label);
    return random.at({ index: label }).permutation(indices.length).map((place) => indices[place]);
  });
  const count = typeof heldBack === "number" ? () => heldBack : heldBack;
  if (members.some(({ length }) => length < count(length))) {
    throw new RangeError(`Cannot hold back ${heldBack} images of each class: one has fewer`);
  }
  const validation = members.flatMap((indices) => [...indices.subarray(0, count(indices.length))]);
  const rest = members.map((indices) => indices.subarray(count(indices.length)));
  const train: number[] = [];
  const longest = rest.reduce((most, indices) => indices.length > most ? indices.length : most, 0);
  for (let turn = 0; turn < longest; turn++) {
    for (const indices of rest) if (turn < indices.length) train.push(indices[turn]);
  }
  return { train: Uint32Array.from(train), validation: Uint32Array.from(validation).sort() };
}

/** Divides the training part `all` of a set into `trainSize` images and those for validation. */
export function split(
  all: ImageSet,
  counts: Counts,
  trainSize: number,
): Omit<TrainingData, keyof Origin> {
  checkTrainSize(counts, trainSize);
  if (trainSize === counts.trainCount) return { train: all, validation: undefined };
  const { train, validation } = stratify(
    all.labels,
    all.classes.length,
    counts.heldBack ?? counts.validationCount / all.classes.length,
  );
  return {
    train: subset(all, all.name, train.slice(0, trainSize).sort()),
    validation: subset(all, all.name.replace(/train$/, "validation"), validation),
  };
}

function indicesOf(labels: Uint8Array, label: number): Uint32Array {
  const indices: number[] = [];
  labels.forEach((value, index) => value === label && indices.push(index));
  return Uint32Array.from(indices);
}
