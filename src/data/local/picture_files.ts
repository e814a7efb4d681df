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
    const part = (pattern: RegExp) => {
      const found = names.filter((name) => pattern.test(name) && isFolder(`${path}/${name}`));
      if (found.length > 1) {
        throw new UserError(`${path} holds ${found.join(" and ")}; leave one of them.`);
      }
      return found.map((name) => `${path}/${name}`)[0];
    };
    const trainPath = part(trainName);
    const testPath = trainPath && part(testName);
    const folder = trainPath ?? path;
    const classes = classesIn(folder);
    const first: First = {};
    const train = await readPart("train", folder, classes, options, reader, first);
    if (testPath === undefined) {
      return { train, digests: reader.digests, placeOf: (name) => `${folder}/${name}` };
    }
    const other = classesIn(testPath).find((name) => !classes.includes(name));
    if (other !== undefined) {
      throw new UserError(`${testPath}/${other} is a class that ${folder} does not have.`);
    }
    const test = await readPart("test", testPath, classes, options, reader, first);
    return { train, test, digests: reader.digests, placeOf: (name) => `${folder}/${name}` };
  },
};

/** The picture that says which size all have. */
interface First {
  picture?: { readonly name: string; readonly width: number; readonly height: number };
}

async function readPart(
  part: string,
  folder: string,
  classes: readonly string[],
  { imageSize }: LocalOptions,
  reader: FileReader,
  first: First,
): Promise<ImageSet> {
  const images: Uint8Array[] = [];
  const labels: number[] = [];
  for (const [label, name] of classes.entries()) {
    const { pictures, unreadable, leftOut } = await picturesIn(`${folder}/${name}`);
    const [wrong] = [...unreadable.map(([path]) => path), ...leftOut];
    if (wrong !== undefined) {
      throw new UserError(`${wrong} is not read; save it as PNG or JPEG, or remove it.`);
    }
    for (const path of pictures) {
      for (const picture of await decodePictures(await reader.read(path), path)) {
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
  if (first.picture === undefined || images.length === 0) {
    throw new UserError(`${folder} holds no PNG, JPEG or IDX file in a class's folder.`);
  }
  const { width, height } = first.picture;
  const pixels = new Uint8Array(images.length * height * width);
  images.forEach((image, i) => pixels.set(image, i * height * width));
  const format = { channels: 1, height, width, classes };
  return imageSet(part, pixels, Uint8Array.from(labels), format);
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
