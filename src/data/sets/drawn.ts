import { sha256 } from "../digest.ts";
import type { ImageSet } from "../image_set.ts";
import type { DataSet } from "./data_set.ts";

/** A set that a program draws. */
export interface DrawnDescription extends Omit<DataSet, "prepare" | "loadTraining" | "loadTest"> {
  /** Images of the test part. */
  readonly testCount: number;
  /** The first `count` images of a part. */
  draw(part: "train" | "validation" | "test", count: number): ImageSet;
}

/** Makes a data set of its description. */
export function drawn({ draw, testCount, ...description }: DrawnDescription): DataSet {
  const { name: source, trainCount, validationCount } = description;
  return {
    ...description,
    async loadTraining(trainSize) {
      const train = draw("train", trainSize);
      const validation = trainSize === trainCount ? undefined : draw("validation", validationCount);
      const sets = validation ? [train, validation] : [train];
      return { train, validation, source, digests: await digestsOf(sets) };
    },
    async loadTest() {
      const test = draw("test", testCount);
      return { ...test, source, digests: await digestsOf([test]) };
    },
  };
}

async function digestsOf(sets: readonly ImageSet[]): Promise<Record<string, string>> {
  const entries = await Promise.all(sets.map(async (set) => [set.name, await sha256(set.images)]));
  return Object.fromEntries(entries);
}
