import { UserError } from "../../errors.ts";
import { decodePictures, picturesIn, scaled } from "../../image/mod.ts";
import { inOrder } from "../csv.ts";
import { type ImageSet, imageSet, mostClasses } from "../image_set.ts";
import { FileReader, type LocalFormat, type LocalOptions } from "./format.ts";

const trainName = /^train(ing)?$/i;
const testName = /^(test|val|valid|validation)$/i;

/** A folder of class folders of pictures, or one for training and one for the test. */
export const pictureFiles: LocalFormat = {
  title: "a folder of pictures for each class, directly or in train/ and test/",
  scales: true,
  matches: ({ names }) => names !== undefined,
  async read({ path, names = [] }, options) {
    const reader = new FileReader(path);
    const part = (pattern: RegExp, trainPath?: string) => {
      const found = names.filter((name) => pattern.test(name) && isFolder(`${path}/${name}`));
      if (found.length > 1) {
        const both = `${path} holds ${found.join(" and ")}`;
        const other = found.find((name) => !/^test$/i.test(name));
        if (trainPath === undefined) throw new UserError(`${both}; keep one of them.`);
        throw new UserError(
          `${both}: keep the one to test on. Validation images are taken from ${trainPath}: move ` +
            `those of ${path}/${other} there, or away.`,
        );
      }
      return found.map((name) => `${path}/${name}`)[0];
    };
    const trainPath = part(trainName);
    const testPath = trainPath && part(testName, trainPath);
    const folder = trainPath ?? path;
    const classes = classesIn(folder);
    const first: First = {};
    const placeOf = (name: string) => `${folder}/${name}`;
    const train = await readPart(folder, classes, options, reader, first);
    if (testPath === undefined) {
      const [set] = setsOf([train], first, classes);
      return { train: set, digests: reader.digests, placeOf };
    }
    const other = classesIn(testPath).find((name) => !classes.includes(name));
    if (other !== undefined) {
      throw new UserError(`${testPath}/${other} is a class that ${folder} does not have.`);
    }
    const test = await readPart(testPath, classes, options, reader, first);
    const [trainSet, testSet] = setsOf([train, test], first, classes);
    return { train: trainSet, test: testSet, digests: reader.digests, placeOf };
  },
};

/** The picture that says which size all have. */
interface First {
  picture?: { readonly name: string; readonly width: number; readonly height: number };
}

/** Images in colours, `[3, height, width]` each, and their classes. */
interface Part {
  readonly images: readonly Uint8Array<ArrayBuffer>[];
  readonly labels: readonly number[];
}

async function readPart(
  folder: string,
  classes: readonly string[],
  { imageSize }: LocalOptions,
  reader: FileReader,
  first: First,
): Promise<Part> {
  const images: Uint8Array<ArrayBuffer>[] = [];
  const labels: number[] = [];
  for (const [label, name] of classes.entries()) {
    const { pictures, unreadable, leftOut } = await picturesIn(`${folder}/${name}`);
    const [wrong] = [...unreadable.map(([path]) => path), ...leftOut];
    if (wrong !== undefined) {
      throw new UserError(`${wrong} is not read; save it as PNG or JPEG, or remove it.`);
    }
    for (const path of pictures) {
      for (const picture of await decodePictures(await reader.read(path), path, 3)) {
        const { width, height } = imageSize === undefined
          ? first.picture ??= { name: path, width: picture.width, height: picture.height }
          : first.picture ??= { name: path, width: imageSize, height: imageSize };
        if (imageSize === undefined && (picture.width !== width || picture.height !== height)) {
          throw new UserError(
            `${path} has ${picture.width} x ${picture.height} pixels, but ${first.picture.name} ` +
              `${width} x ${height}: add --image-size N to scale all of them to N x N.`,
          );
        }
        images.push(scaled(picture, width, height));
        labels.push(label);
      }
    }
  }
  if (images.length === 0) {
    throw new UserError(`${folder} holds no PNG, JPEG or IDX file in a class's folder.`);
  }
  return { images, labels };
}

/** The training part and perhaps the test part: gray where no image of either has a colour. */
function setsOf(
  parts: readonly Part[],
  { picture }: First,
  classes: readonly string[],
): ImageSet[] {
  const { height, width } = picture!;
  const size = height * width;
  const channels = parts.some(({ images }) => images.some((image) => hasColour(image, size)))
    ? 3
    : 1;
  return parts.map(({ images, labels }, i) => {
    const pixels = new Uint8Array(images.length * channels * size);
    images.forEach((image, place) => {
      pixels.set(image.subarray(0, channels * size), place * channels * size);
    });
    const format = { channels, height, width, classes };
    return imageSet(i === 0 ? "train" : "test", pixels, Uint8Array.from(labels), format);
  });
}

/** Whether red, green and blue differ anywhere. */
function hasColour(image: Uint8Array, size: number): boolean {
  for (let i = 0; i < size; i++) {
    if (image[i] !== image[size + i] || image[i] !== image[2 * size + i]) return true;
  }
  return false;
}

/** The names of the folders in a folder, which are the classes, in order. */
function classesIn(folder: string): string[] {
  const names = inOrder(
    [...Deno.readDirSync(folder)].map(({ name }) => name)
      .filter((name) => !name.startsWith(".") && isFolder(`${folder}/${name}`)),
  );
  if (names.length > mostClasses) {
    throw new UserError(
      `${folder} has ${names.length} folders; ${mostClasses} classes are the most.`,
    );
  }
  return names;
}

const isFolder = (path: string): boolean => {
  try {
    return Deno.statSync(path).isDirectory;
  } catch {
    return false; // a link that leads nowhere
  }
};
