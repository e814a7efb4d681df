import { UserError } from "../../errors.ts";
import { readPackedIdx } from "../../storage/mod.ts";
import { imageSet } from "../image_set.ts";
import { FileReader, type LocalFormat, numbered, oneName, type Place } from "./format.ts";

const parts = {
  train: {
    images: /train.*images.*idx3-ubyte(\.gz)?$/i,
    labels: /train.*labels.*idx1-ubyte(\.gz)?$/i,
  },
  test: {
    images: /(t10k|test).*images.*idx3-ubyte(\.gz)?$/i,
    labels: /(t10k|test).*labels.*idx1-ubyte(\.gz)?$/i,
  },
};

/** Two or four IDX files, as MNIST's: gray images of any size, labels of any numbers. */
export const idxFiles: LocalFormat = {
  title: "IDX files (train-images-idx3-ubyte and train-labels-idx1-ubyte, t10k-... for the test)",
  matches: ({ names = [] }) => names.some((name) => parts.train.images.test(name)),
  async read(place) {
    const reader = new FileReader(place.path);
    const train = await readPart(place, "train", reader);
    if (train === undefined) throw new UserError(`${place.path} lacks the training labels.`);
    const test = await readPart(place, "test", reader);
    const { height, width } = train;
    if (test && (test.height !== height || test.width !== width)) {
      throw new UserError(
        `${test.file} holds images of ${test.height} x ${test.width}, ` +
          `but ${train.file} of ${height} x ${width}.`,
      );
    }
    const labels = numbered(train, test);
    const format = { channels: 1, height, width, classes: labels.classes };
    return {
      train: imageSet("train", train.images, labels.train, format),
      ...(test && labels.test && { test: imageSet("test", test.images, labels.test, format) }),
      digests: reader.digests,
      placeOf: (label) => `${train.name}: label ${label}`,
    };
  },
};

async function readPart(place: Place, part: "train" | "test", reader: FileReader) {
  const [imagesName, labelsName] = [parts[part].images, parts[part].labels].map((pattern) =>
    oneName(place, pattern)
  );
  if (imagesName === undefined && labelsName === undefined) return undefined;
  if (imagesName === undefined || labelsName === undefined) {
    const [found, missing] = imagesName ? [imagesName, "labels"] : [labelsName, "images"];
    throw new UserError(`${place.path} has ${found}, but no ${missing} beside it.`);
  }
  const [file, name] = [imagesName, labelsName].map((each) => `${place.path}/${each}`);
  const pixels = await readPackedIdx(await reader.read(file), file, 3);
  const { values: labels } = await readPackedIdx(await reader.read(name), name, 1);
  const [count, height, width] = pixels.dimensions;
  if (count === 0) throw new UserError(`${file} holds no images.`);
  if (height === 0 || width === 0) throw new UserError(`${file} holds images without pixels.`);
  if (labels.length !== count) {
    throw new UserError(`${file} holds ${count} images, but ${name} ${labels.length} labels.`);
  }
  return { file, name, images: pixels.values, labels, height, width };
}
