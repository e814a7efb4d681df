import type { DownloadOptions } from "../download.ts";
import type { DataReference } from "../local/description.ts";
import type { ImageFormat, ImageSet } from "../image_set.ts";

/** Where a set's files are, and how they are fetched where they are not. */
export interface FileOptions extends DownloadOptions {
  /**
   * Folder with the files, directly or below it as the set has it; by default the one that the
   * set's environment variable names, then `data`.
   */
  readonly dataDir?: string;
  /** URLs of folders with the files, instead of the set's own. */
  readonly sources?: readonly string[];
}

/** Where images come from. */
export interface Origin {
  /** Which set it is. */
  readonly source: DataReference;
  /**
   * SHA-256 of what was read: of the published .gz files (also where they lie unpacked), or of the
   * pixels drawn.
   */
  readonly digests: Readonly<Record<string, string>>;
}

/** What is trained on, and what decides which epoch was the best. */
export interface TrainingData extends Origin {
  /** What is trained on. */
  readonly train: ImageSet;
  /** Undefined where everything is trained on. */
  readonly validation: ImageSet | undefined;
}

/** Test images, and where they come from. */
export interface TestData extends ImageSet, Origin {}

/** A data set: what its images are, and how they are had. */
export interface DataSet extends ImageFormat {
  /** What `--data` calls it. */
  readonly name: string;
  /** What texts call it. */
  readonly title: string;
  /** What stands beside every figure of a set whose figures are not to be compared with others'. */
  readonly mark?: string;
  /** Images for training and validation together. */
  readonly trainCount: number;
  /** Images held back for validation, the same number of each class unless `heldBack` says how many. */
  readonly validationCount: number;
  /** How many images of a class of so many are held back for validation. */
  heldBack?(members: number): number;
  /** Pictures become its images by scaling alone; without it, as Fashion-MNIST's authors made them. */
  readonly isScaled?: boolean;
  /** Makes sure that the whole set can be had, so that no run fails for it at its end. */
  prepare?(options: FileOptions): Promise<void>;
  /** `trainSize` images, all or at most those that validation leaves. */
  loadTraining(trainSize: number, options: FileOptions): Promise<TrainingData>;
  /** The test images. */
  loadTest(options: FileOptions): Promise<TestData>;
}
