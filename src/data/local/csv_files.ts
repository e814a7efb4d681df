import { UserError } from "../../errors.ts";
import { gunzip, isGzip } from "../../storage/mod.ts";
import { readCsv } from "../csv.ts";
import type { ImageSet } from "../image_set.ts";
import { FileReader, type LocalFormat, oneName } from "./format.ts";

const trainName = /train.*\.csv(\.gz)?$/i;
const testName = /test.*\.csv(\.gz)?$/i;

/** The most bytes that gzip may unpack to. */
const largest = 0x7fffffff;

/** CSV files of gray images: one, or one for training and one for the test. */
export const csvFiles: LocalFormat = {
  title: "a file .csv of lines `label,pixel,...`, or a folder with train.csv and test.csv",
  matches: ({ path, names }) =>
    names === undefined ? /\.csv(\.gz)?$/i.test(path) : names.some((name) => trainName.test(name)),
  async read(place) {
    const { path, names } = place;
    const reader = new FileReader(names ? path : path.slice(0, path.lastIndexOf("/")));
    const read = async (path: string, known?: readonly string[]) => {
      const bytes = await reader.read(path);
      return readCsv(isGzip(bytes) ? await gunzip(bytes, path, largest) : bytes, path, known);
    };
    const below = (name: string | undefined) => name && `${path}/${name}`;
    const trainPath = names ? below(oneName(place, trainName))! : path;
    const testPath = below(oneName(place, testName));
    const train = await read(trainPath);
    const test = testPath === undefined ? undefined : await read(testPath, train.classes);
    if (test !== undefined && test.height !== train.height) {
      throw new UserError(
        `${testPath} holds images of ${test.height} x ${test.width}, ` +
          `but ${trainPath} of ${train.height} x ${train.width}.`,
      );
    }
    const named = (set: ImageSet, name: string) => ({ ...set, name });
    return {
      train: named(train, "train"),
      ...(test && { test: named(test, "test") }),
      digests: reader.digests,
      placeOf: (label) => `${trainPath}: label ${JSON.stringify(label)}`,
    };
  },
};
