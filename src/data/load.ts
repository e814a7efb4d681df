import { UsageError } from "../errors.ts";
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
import type { DataReference } from "./local/description.ts";
import { openLocal } from "./local/open.ts";
import { local } from "./sets/local.ts";
import { checkTrainSize, trainingCount } from "./split.ts";

/** What to load and from where. */
export interface LoadOptions extends FileOptions {
  /**
   * Name of the set, path of a user's own, or what a config says of it; `auto` is Fashion-MNIST where
   * it is on disk or can be downloaded, else the synthetic set.
   */
  readonly data: DataReference;
  /** Height and width that a user's own pictures are scaled to. */
  readonly imageSize?: number;
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
  const asked = await setOf(options);
  const { trainSize = trainingCount(asked) } = options;
  checkTrainSize(asked, trainSize);
  return await (await prepared(asked, options)).loadTraining(trainSize, options);
}

/**
 * Loads the test images, as {@linkcode loadTraining} does; `data` should be the source the
 * training really had.
 */
export async function loadTest(options: LoadOptions): Promise<TestData> {
  return await (await prepared(await setOf(options), options)).loadTest(options);
}

/** The data set that a config names; throws RangeError that names the nearest right one. */
export const dataSet = (data: DataReference): DataSet =>
  typeof data === "string" ? named("data set", dataSets, data) : local(data);

/** Whether a word after `--data` is the path of a user's own set, and not a name. */
export const isDataPath = (text: string): boolean => /[/\\]|^\.|\.(npz|csv|csv\.gz)$/.test(text);

/**
 * `  (SYNTHETIC data)` for a set, or a part of it, whose figures are not to be compared with others',
 * else nothing.
 */
export function markOf(data: DataReference): string {
  const name = typeof data === "string" ? data.split("/")[0] : undefined;
  const mark = dataSets.find((set) => set.name === name)?.mark;
  return mark === undefined ? "" : `  (${mark})`;
}

/** A data set's name: of a user's own, the last part of its path. */
export const dataName = (data: DataReference): string =>
  typeof data === "string" ? data : local(data).name;

/** A source's or a part's name as people read it: a set with a mark stands out by its title. */
export function shownName(data: DataReference): string {
  if (typeof data !== "string") return dataName(data);
  const [set] = data.split("/");
  return markOf(set) === "" ? data : data.replace(set, dataSet(set).title);
}

async function setOf({ data, imageSize }: LoadOptions): Promise<DataSet> {
  const isPath = typeof data === "string" && isDataPath(data);
  const size = isPath ? imageSize : typeof data === "string" ? undefined : data.image_size;
  if (imageSize !== undefined && imageSize !== size) {
    throw new UsageError(`--image-size ${imageSize} is for new runs on --data FOLDER alone`);
  }
  if (!isPath) return data === "auto" ? standardSet : dataSet(data);
  const opened = await openLocal(data, { imageSize });
  return local(opened.description, opened);
}

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
