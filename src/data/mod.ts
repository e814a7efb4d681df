/** Data sets from disk, the network or a program, splits and batches. @module */

export {
  type Augmentation,
  type Augmentations,
  checkAugmentations,
  effectiveAugmentations,
} from "./augmentation.ts";
export { type Batch, batchCount, batches, type BatchOptions } from "./batches.ts";
export { channelFigures } from "./channel_figures.ts";
export { readCsv } from "./csv.ts";
export {
  download,
  type DownloadOptions,
  type DownloadProgress,
  type DownloadRequest,
  SourcesFailed,
} from "./download.ts";
export { downloadReporter } from "./download_reporter.ts";
export { dataFolder, verify } from "./files_on_disk.ts";
export { gunzip, type Idx, isGzip, readIdx } from "../storage/mod.ts";
export { readImageSet } from "./read_image_set.ts";
export {
  bytesOf,
  type ImageFormat,
  type ImageSet,
  imageSet,
  mostClasses,
  subset,
} from "./image_set.ts";
export { type DataReference, type LocalDescription } from "./local/description.ts";
export {
  dataName,
  dataSet,
  isDataPath,
  type LoadOptions,
  loadTest,
  loadTraining,
  markOf,
  shownName,
} from "./load.ts";
export type { CanonicalFile, CanonicalPair, FileList, Publication } from "./published_files.ts";
export type { Patience } from "./transfer.ts";
export { unload } from "./resident.ts";
export * from "./sets/mod.ts";
export { checkTrainSize, isTrainSize, stratify, trainingCount } from "./split.ts";
