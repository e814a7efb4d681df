/** Fashion-MNIST from disk or the network, the synthetic set, splits and batches. @module */

export {
  type Augmentation,
  type Batch,
  batchCount,
  batches,
  type BatchOptions,
} from "./batches.ts";
export type { CanonicalFile } from "./canonical_files.ts";
export {
  download,
  type DownloadOptions,
  type DownloadProgress,
  SourcesFailed,
} from "./download.ts";
export { downloadReporter } from "./download_reporter.ts";
export { dataFolder, verify } from "./files_on_disk.ts";
export { type Idx, maxImages, readIdx, readIdxImages, readImageSet } from "./idx.ts";
export { classNames, imageBytes, type ImageSet, imageSet, imageSize, subset } from "./image_set.ts";
export {
  type DataChoice,
  dataChoices,
  type DataSource,
  type LoadOptions,
  loadTest,
  loadTraining,
  type TestData,
  type TrainingData,
} from "./load.ts";
export type { Patience } from "./transfer.ts";
export { unload } from "./resident.ts";
export { splitSeed, stratify } from "./split.ts";
export { isSynthetic, shownName, syntheticMark } from "./synthetic_mark.ts";
export { syntheticParts, syntheticSeed, syntheticSet } from "./synthetic.ts";
