import { named } from "../settings/mod.ts";
import { SourcesFailed } from "./download.ts";
import {
  type DataSet,
  dataSets,
  type FileOptions,
  replacement,
  standardSet,
  type TestData,
  type TrainingData,
} from "./sets/mod.ts";
import { checkTrainSize, trainingCount } from "./split.ts";

/** What to load and from where. */
export interface LoadOptions extends FileOptions {
  /**
   * Name of the set; `auto` is Fashion-MNIST where it is on disk or can be downloaded, else the
   * synthetic set.
   */
  readonly data: string;
  /** Training images: all, or at most those that validation leaves, which is the default. */
  readonly trainSize?: number;
  /**
   * Is given the warning that the synthetic set replaces the real one; standard error by default.
   */
  readonly onWarning?: (warning: string) => void;
}

/**
 * Loads what a run trains and validates on. The test images stay shut, but must be there. Throws
 * {@linkcode UserError} where the real set is asked for and cannot be had, or a file of it is
 * damaged.
 */
export async function loadTraining(options: LoadOptions): Promise<TrainingData> {
  const asked = setOf(options);
  const { trainSize = trainingCount(asked) } = options;
  checkTrainSize(asked, trainSize);
  return await (await prepared(asked, options)).loadTraining(trainSize, options);
}

/**
 * Loads the test images, as {@linkcode loadTraining} does; `data` should be the source the
 * training really had.
 */
export async function loadTest(options: LoadOptions): Promise<TestData> {
  return await (await prepared(setOf(options), options)).loadTest(options);
}

/** The data set of this name; throws RangeError that names the nearest right one. */
export const dataSet = (name: string): DataSet => named("data set", dataSets, name);

/**
 * `  (SYNTHETIC data)` for a set, or a part of it, whose figures are not to be compared with others',
 * else nothing.
 */
export function markOf(name: string): string {
  const mark = dataSets.find((set) => set.name === name.split("/")[0])?.mark;
  return mark === undefined ? "" : `  (${mark})`;
}

/** A source's or a part's name as people read it: a set with a mark stands out by its title. */
export function shownName(name: string): string {
  const [set] = name.split("/");
  return markOf(set) === "" ? name : name.replace(set, dataSet(set).title);
}

const setOf = ({ data }: LoadOptions): DataSet => data === "auto" ? standardSet : dataSet(data);

/**
 * The set, all of which is there. Under `auto` the synthetic set replaces it where no source delivers
 * it and no file of it is damaged.
 */
async function prepared(set: DataSet, options: LoadOptions): Promise<DataSet> {
  try {
    await set.prepare?.(options);
    return set;
  } catch (error) {
    if (options.data !== "auto" || !(error instanceof SourcesFailed)) throw error;
    (options.onWarning ?? console.error)(warningOf(set, error.message));
    return replacement;
  }
}

function warningOf({ title }: DataSet, reason: string): string {
  const line = "!".repeat(80);
  return `${line}\n` +
    `!!! NOT ${title.toUpperCase()}: this run uses the ${replacement.name.toUpperCase()} set, drawn by a program.\n` +
    `!!! Its figures can NOT be compared with published ones.\n` +
    `${line}\n${reason}\n${line}`;
}
