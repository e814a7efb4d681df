import type { ImageFormat } from "../image_set.ts";

/**
 * A set of a user's own as config.json has it, so that a run knows its images and classes without
 * the data, and notices when these change.
 */
export interface LocalDescription extends ImageFormat {
  /** Where it was. */
  readonly path: string;
  /** SHA-256 over the names and digests of its files. */
  readonly sha256: string;
  /** Images for training and validation together. */
  readonly train_count: number;
  /** Images held back for validation. */
  readonly validation_count: number;
  /** Images of the test. */
  readonly test_count: number;
  /** What decided which images are for the test, where the data have no test part. */
  readonly split_seed?: number;
  /** The height and width that pictures were scaled to. */
  readonly image_size?: number;
}

/** A data set in a config: a name, or the description of a set of a user's own. */
export type DataReference = string | LocalDescription;
