import { UserError } from "../errors.ts";
import { type CanonicalPair, testFiles, trainFiles } from "./canonical_files.ts";
import { sha256 } from "./digest.ts";
import { download, type DownloadOptions, SourcesFailed } from "./download.ts";
import { downloadReporter } from "./download_reporter.ts";
import { dataFolder, findFile, readVerified, verify } from "./files_on_disk.ts";
import { readImageSet } from "./idx.ts";
import type { ImageSet } from "./image_set.ts";
import { checkTrainSize, fullCount, split, trainingCount, validationCount } from "./split.ts";
import { syntheticSet } from "./synthetic.ts";

/**
 * What `--data` may say: `auto` is Fashion-MNIST where it is on disk or can be downloaded, else
 * the synthetic set.
 */
export const dataChoices = ["auto", "fashion-mnist", "synthetic"] as const;
/** One of `auto`, `fashion-mnist` and `synthetic`. */
export type DataChoice = (typeof dataChoices)[number];
/** What was really loaded. */
export type DataSource = Exclude<DataChoice, "auto">;

/** What to load and from where. */
export interface LoadOptions extends Omit<DownloadOptions, "files"> {
  /** Which set. */
  readonly data: DataChoice;
  /**
   * Folder with the files, directly or under FashionMNIST/raw; FASHION_MNIST_DIR by default, then
   * `data`.
   */
  readonly dataDir?: string;
  /** Training images: 1 to 50,000, or 60,000 for all and no validation set; 50,000 by default. */
  readonly trainSize?: number;
  /**
   * Is given the warning that the synthetic set replaces the real one; standard error by default.
   */
  readonly onWarning?: (warning: string) => void;
}

/** Training and validation images, and what they are. */
export interface TrainingData {
  /** What is trained on. */
  readonly train: ImageSet;
  /** 10,000 images, 1,000 a class; undefined where `trainSize` takes all. */
  readonly validation: ImageSet | undefined;
  /** Which set it is. */
  readonly source: DataSource;
  /**
   * SHA-256 of what was read: of the published .gz files (also where they lie unpacked), or of the
   * pixels drawn.
   */
  readonly digests: Readonly<Record<string, string>>;
}

/** Test images, and what they are. */
export interface TestData extends ImageSet {
  /** Which set it is. */
  readonly source: DataSource;
  /** SHA-256 of what was read, as of the training images. */
  readonly digests: Readonly<Record<string, string>>;
}

/**
 * Loads what a run trains and validates on. The test images stay shut, but must be there. Throws
 * {@linkcode UserError} where the real set is asked for and cannot be had, or a file of it is
 * damaged.
 */
export async function loadTraining(options: LoadOptions): Promise<TrainingData> {
  const { trainSize = trainingCount } = options;
  checkTrainSize(trainSize);
  if (await chooseSource(options) === "fashion-mnist") {
    const set = await readPair("fashion-mnist/train", trainFiles, options);
    return {
      ...split(set, trainSize),
      source: "fashion-mnist",
      digests: publishedDigests(trainFiles),
    };
  }
  const train = syntheticSet("train", trainSize);
  const validation = trainSize === fullCount
    ? undefined
    : syntheticSet("validation", validationCount);
  const digests = await drawnDigests(validation ? [train, validation] : [train]);
  return { train, validation, source: "synthetic", digests };
}

/**
 * Loads the 10,000 test images, as {@linkcode loadTraining} does; `data` should be the source the
 * training really had.
 */
export async function loadTest(options: LoadOptions): Promise<TestData> {
  if (await chooseSource(options) === "fashion-mnist") {
    const set = await readPair("fashion-mnist/test", testFiles, options);
    return { ...set, source: "fashion-mnist", digests: publishedDigests(testFiles) };
  }
  const set = syntheticSet("test", 10_000);
  return { ...set, source: "synthetic", digests: await drawnDigests([set]) };
}

/**
 * Makes sure that all four files are there and whole, so that no run finds out at its end; decides
 * for the synthetic set only under `auto`, when no source delivers and what is there is not
 * damaged.
 */
async function chooseSource(options: LoadOptions): Promise<DataSource> {
  if (options.data === "synthetic") return "synthetic";
  const folder = dataFolder(options.dataDir);
  try {
    await download(folder, { onProgress: downloadReporter(), ...options });
    await verify(folder);
    return "fashion-mnist";
  } catch (error) {
    if (options.data !== "auto" || !(error instanceof SourcesFailed)) throw error;
    await verify(folder);
    (options.onWarning ?? console.error)(syntheticWarning(error.message));
    return "synthetic";
  }
}

async function readPair(
  name: string,
  pair: CanonicalPair,
  { dataDir }: LoadOptions,
): Promise<ImageSet> {
  const [images, labels] = await Promise.all([pair.images, pair.labels].map(async (file) => {
    const found = await findFile(file, dataFolder(dataDir));
    if (found === undefined) throw new UserError(`${file.name} has just been removed by someone.`);
    return { name: found.path, bytes: await readVerified(found) };
  }));
  return await readImageSet(name, images, labels);
}

const publishedDigests = ({ images, labels }: CanonicalPair): Record<string, string> =>
  Object.fromEntries([images, labels].map((file) => [file.name, file.sha256]));

async function drawnDigests(sets: readonly ImageSet[]): Promise<Record<string, string>> {
  const entries = await Promise.all(sets.map(async (set) => [set.name, await sha256(set.images)]));
  return Object.fromEntries(entries);
}

function syntheticWarning(reason: string): string {
  const line = "!".repeat(80);
  return `${line}\n` +
    `!!! NOT FASHION-MNIST: this run uses the SYNTHETIC set, drawn by a program.\n` +
    `!!! Its figures can NOT be compared with published ones.\n` +
    `${line}\n${reason}\n${line}`;
}
