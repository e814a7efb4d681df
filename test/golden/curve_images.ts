import { type ImageSet, loadTraining, subset, syntheticSet } from "../../src/data/mod.ts";

/** Images that a curve of 200 steps of 32 needs. */
export const curveCount = 6400;

/** The first 6,400 training images in the order of their file, or of their drawing. */
export const curveImages = async (source: "synthetic" | "fashion-mnist"): Promise<ImageSet> => {
  if (source === "synthetic") return syntheticSet("train", curveCount);
  const { train } = await loadTraining({ data: source, trainSize: 60_000 });
  return subset(train, train.name, Uint32Array.from({ length: curveCount }, (_, index) => index));
};
