import { published, type PublishedSet } from "./published.ts";

/**
 * Kuzushiji-MNIST (Clanuwat et al. 2018, arXiv 1812.01718): cursive Japanese characters. Sizes and
 * digests are those of TensorFlow Datasets (`url_checksums/kmnist.txt`).
 */
export const kmnist: PublishedSet = published({
  name: "kmnist",
  title: "KMNIST",
  channels: 1,
  height: 28,
  width: 28,
  classes: ["o", "ki", "su", "tsu", "na", "ha", "ma", "ya", "re", "wo"],
  trainCount: 60_000,
  validationCount: 10_000,
  publication: {
    below: "KMNIST/raw",
    sources: [
      "https://codh.rois.ac.jp/kmnist/dataset/kmnist",
      "http://codh.rois.ac.jp/kmnist/dataset/kmnist",
    ],
    train: {
      images: {
        name: "train-images-idx3-ubyte.gz",
        bytes: 18_165_135,
        sha256: "51467d22d8cc72929e2a028a0428f2086b092bb31cfb79c69cc0a90ce135fde4",
        unpackedBytes: 47_040_016,
      },
      labels: {
        name: "train-labels-idx1-ubyte.gz",
        bytes: 29_497,
        sha256: "e38f9ebcd0f3ebcdec7fc8eabdcdaef93bb0df8ea12bee65224341c8183d8e17",
        unpackedBytes: 60_008,
      },
    },
    test: {
      images: {
        name: "t10k-images-idx3-ubyte.gz",
        bytes: 3_041_136,
        sha256: "edd7a857845ad6bb1d0ba43fe7e794d164fe2dce499a1694695a792adfac43c5",
        unpackedBytes: 7_840_016,
      },
      labels: {
        name: "t10k-labels-idx1-ubyte.gz",
        bytes: 5_120,
        sha256: "20bb9a0ef54c7db3efc55a92eef5582c109615df22683c380526788f98e42a1c",
        unpackedBytes: 10_008,
      },
    },
  },
});
