/** The data sets: a file each, and a line in this one. @module */
import type { DataSet } from "./data_set.ts";
import { fashionMnist } from "./fashion_mnist.ts";
import { kmnist } from "./kmnist.ts";
import { mnist } from "./mnist.ts";
import type { PublishedSet } from "./published.ts";
import { synthetic } from "./synthetic.ts";

/** The data sets whose files their authors publish. */
export const publishedSets: readonly PublishedSet[] = [fashionMnist, mnist, kmnist];

/** All data sets, as `--data` lists them. */
export const dataSets: readonly DataSet[] = [...publishedSets, synthetic];

/** The set of a run that names no set. */
export const standardSet: DataSet = fashionMnist;

/** The set that replaces the standard set where that cannot be had. */
export const replacement: DataSet = synthetic;

export type { DataSet, FileOptions, Origin, TestData, TrainingData } from "./data_set.ts";
export { drawn, type DrawnDescription } from "./drawn.ts";
export { published, type PublishedSet } from "./published.ts";
export { syntheticSet } from "./synthetic.ts";
export { fashionMnist, kmnist, mnist, synthetic };
