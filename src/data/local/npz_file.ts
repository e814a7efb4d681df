import { UserError } from "../../errors.ts";
import { planar } from "../../image/mod.ts";
import { imageSet } from "../image_set.ts";
import { FileReader, type LocalFormat, numbered } from "./format.ts";
import { readNpy } from "./npy.ts";
import { unzip } from "./zip.ts";

/** The most bytes of one array: as many as a typed array may have everywhere. */
const largest = 0x7fffffff;

/** NumPy's archive with `x_train` and `y_train`, and perhaps `x_test` and `y_test`, as Keras has it. */
export const npzFile: LocalFormat = {
  title: "a file .npz with x_train, y_train, x_test and y_test",
  matches: ({ path, names }) => names === undefined && /\.npz$/i.test(path),
  async read({ path }) {
    const reader = new FileReader(path.slice(0, path.lastIndexOf("/")));
    const files = unzip(await reader.read(path), path, largest);
    const array = (key: string) => {
      const name = `${path}: ${key}`;
      const unpack = files.get(`${key}.npy`);
      return unpack && { name, ...readNpy(unpack(), name) };
    };
    const part = (name: string) => {
      const [images, labels] = [array(`x_${name}`), array(`y_${name}`)];
      if (images === undefined && labels === undefined) return undefined;
      if (images === undefined || labels === undefined) {
        throw new UserError(`${path} has not both x_${name} and y_${name}.`);
      }
      return partOf(images, labels);
    };
    const [train, test] = [part("train"), part("test")];
    if (train === undefined) {
      const names = [...files.keys()].join(", ");
      throw new UserError(`${path} has no x_train and y_train; it holds ${names || "nothing"}.`);
    }
    const { channels, height, width } = train;
    if (test && `${[test.channels, test.height, test.width]}` !== `${[channels, height, width]}`) {
      throw new UserError(
        `${path}: x_test holds images of ${test.height} x ${test.width} x ${test.channels}, ` +
          `but x_train of ${height} x ${width} x ${channels}.`,
      );
    }
    const labels = numbered(train, test);
    const format = { channels, height, width, classes: labels.classes };
    return {
      train: imageSet("train", train.images, labels.train, format),
      ...(test && labels.test && { test: imageSet("test", test.images, labels.test, format) }),
      digests: reader.digests,
      placeOf: (label) => `${path}: label ${label} of y_train`,
    };
  },
};

type Named = ReturnType<typeof readNpy> & { readonly name: string };

function partOf(images: Named, labels: Named) {
  const { shape: [count, height, width, channels = 1], bytes } = images;
  const isImages = [3, 4].includes(images.shape.length) && [1, 3].includes(channels);
  if (!isImages || bytes === undefined) {
    throw new UserError(
      `${images.name} has to be uint8 of the shape [count, height, width] or ` +
        `[count, height, width, 1 or 3], not ${images.type} [${images.shape.join(", ")}].`,
    );
  }
  if (count * height * width === 0) throw new UserError(`${images.name} holds no images.`);
  if (labels.values.length !== count || labels.shape[0] !== count) {
    throw new UserError(
      `${images.name} holds ${count} images, but ${labels.name} [${
        labels.shape.join(", ")
      }] labels.`,
    );
  }
  const size = height * width * channels;
  const pixels = new Uint8Array(bytes.length);
  for (let start = 0; start < bytes.length; start += size) {
    pixels.set(planar(bytes.subarray(start, start + size), channels), start);
  }
  return { name: labels.name, images: pixels, labels: labels.values, channels, height, width };
}
