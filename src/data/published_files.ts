/** One file of a set as its authors publish it, and what is inside. */
export interface CanonicalFile {
  /** Name of the gzipped file. */
  readonly name: string;
  /** Size and SHA-256 of the gzipped file. */
  readonly bytes: number;
  /** SHA-256 of the file, in hexadecimal. */
  readonly sha256: string;
  /** Size and SHA-256 of the IDX file inside, which has the same name without `.gz`. */
  readonly unpackedBytes: number;
  /** SHA-256 of its unpacked content; where it is not known, only the gzipped file can be checked. */
  readonly unpackedSha256?: string;
}

/** Images and labels of one part of the set. */
export interface CanonicalPair {
  /** Pixels, `[count, height, width]`. */
  readonly images: CanonicalFile;
  /** Classes, `[count]`. */
  readonly labels: CanonicalFile;
}

/** Files, and the folder below a data folder that they are put into. */
export interface FileList {
  /** In the order they are fetched. */
  readonly files: readonly CanonicalFile[];
  /** The folder, `FashionMNIST/raw`. */
  readonly below: string;
}

/** A set's files, and where they come from and go. */
export interface Publication extends FileList {
  /** Images and labels to train and validate on. */
  readonly train: CanonicalPair;
  /** Images and labels of the test. */
  readonly test: CanonicalPair;
  /** URLs of folders with the files, in the order they are tried; which delivers does not matter. */
  readonly sources: readonly string[];
  /** The environment variable that names the data folder. */
  readonly folderVariable?: string;
}
