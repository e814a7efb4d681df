/** One file of Fashion-MNIST as its authors publish it, and what is inside. */
export interface CanonicalFile {
  /** Name of the gzipped file. */
  readonly name: string;
  /** Size and SHA-256 of the gzipped file. */
  readonly bytes: number;
  /** SHA-256 of the file, in hexadecimal. */
  readonly sha256: string;
  /** Size and SHA-256 of the IDX file inside, which has the same name without `.gz`. */
  readonly unpackedBytes: number;
  /** SHA-256 of its unpacked content. */
  readonly unpackedSha256: string;
}

/** Images and labels of one part of the set. */
export interface CanonicalPair {
  readonly images: CanonicalFile;
  readonly labels: CanonicalFile;
}

/** The 60,000 training images (https://github.com/zalandoresearch/fashion-mnist). */
export const trainFiles: CanonicalPair = {
  images: {
    name: "train-images-idx3-ubyte.gz",
    bytes: 26_421_880,
    sha256: "3aede38d61863908ad78613f6a32ed271626dd12800ba2636569512369268a84",
    unpackedBytes: 47_040_016,
    unpackedSha256: "c59f468a2f672dc815687fe0f83887768d799fd8a3f3276145d20f83aa44d888",
  },
  labels: {
    name: "train-labels-idx1-ubyte.gz",
    bytes: 29_515,
    sha256: "a04f17134ac03560a47e3764e11b92fc97de4d1bfaf8ba1a3aa29af54cc90845",
    unpackedBytes: 60_008,
    unpackedSha256: "bad3541b69d912435c50bb6ba87bec294ff4f6a2e1246121d8633921760443d9",
  },
};

/** The 10,000 test images (https://github.com/zalandoresearch/fashion-mnist). */
export const testFiles: CanonicalPair = {
  images: {
    name: "t10k-images-idx3-ubyte.gz",
    bytes: 4_422_102,
    sha256: "346e55b948d973a97e58d2351dde16a484bd415d4595297633bb08f03db6a073",
    unpackedBytes: 7_840_016,
    unpackedSha256: "5b4141f0afbad91edebe8549f8fcffe087ea10ca49f1dbef5c9a5cd8815ce37b",
  },
  labels: {
    name: "t10k-labels-idx1-ubyte.gz",
    bytes: 5_148,
    sha256: "67da17c76eaffca5446c3361aaab5c3cd6d1c2608764d35dfb1850b086bf8dd5",
    unpackedBytes: 10_008,
    unpackedSha256: "0402a96d92fd2663957122ceb108a494c5af83dab82d92729df917d7dec38c34",
  },
};

/**
 * All four files, the small ones first, so that a source that does not work is found out quickly.
 */
export const canonicalFiles: readonly CanonicalFile[] = [
  testFiles.labels,
  trainFiles.labels,
  testFiles.images,
  trainFiles.images,
];
