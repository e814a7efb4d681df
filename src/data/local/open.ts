import { resolve } from "node:path";
import { messageOf, UsageError, UserError } from "../../errors.ts";
import { sha256 } from "../digest.ts";
import { type ImageSet, subset } from "../image_set.ts";
import { splitSeed, stratify } from "../split.ts";
import type { LocalDescription } from "./description.ts";
import type { LocalFormat, LocalOptions, Parts, Place } from "./format.ts";
import { csvFiles } from "./csv_files.ts";
import { idxFiles } from "./idx_files.ts";
import { npzFile } from "./npz_file.ts";
import { pictureFiles } from "./picture_files.ts";

/** The forms of data, in the order in which they are tried. */
const formats: readonly LocalFormat[] = [idxFiles, csvFiles, npzFile, pictureFiles];

/** A user's data with a test part, and what config.json says of them. */
export interface OpenedSet {
  readonly description: LocalDescription;
  readonly train: ImageSet;
  readonly test: ImageSet;
  /** SHA-256 of its files, those of a folder below it together. */
  readonly digests: Readonly<Record<string, string>>;
}

/** Images of a class that are held back: a fifth, at least one. */
export const fifth = (members: number): number => Math.max(1, Math.floor(members / 5));

/**
 * Reads a user's data in whatever form they are. Without a test part a fifth of each class is taken
 * for it, chosen by a seed that the description names. Throws {@linkcode UserError} that names the
 * file that is wrong.
 */
export async function openLocal(path: string, options: LocalOptions = {}): Promise<OpenedSet> {
  const place = placeAt(path);
  const format = formats.find((format) => format.matches(place));
  if (format === undefined) {
    throw new UserError(`${path} is no data set: expected ${titles.join(", or ")}.`);
  }
  if (options.imageSize !== undefined && !format.scales) {
    throw new UsageError(`--image-size is for folders of pictures; ${path} holds no picture files`);
  }
  const parts = await format.read(place, options);
  const { train, test, split_seed } = divided(path, parts);
  const { channels, height, width, classes } = train;
  return {
    description: {
      path: resolve(path),
      sha256: await digestOf(parts.digests),
      channels,
      height,
      width,
      classes,
      train_count: train.count,
      validation_count: countsOf(train).reduce((sum, count) => sum + fifth(count), 0),
      test_count: test.count,
      ...(split_seed !== undefined && { split_seed }),
      ...(options.imageSize !== undefined && { image_size: options.imageSize }),
    },
    train,
    test,
    digests: await byFolder(parts.digests),
  };
}

const titles = formats.map(({ title }) => title);

function placeAt(path: string): Place {
  try {
    if (!Deno.statSync(path).isDirectory) return { path };
    return { path, names: [...Deno.readDirSync(path)].map(({ name }) => name).sort() };
  } catch (error) {
    if (error instanceof Deno.errors.NotFound) {
      throw new UserError(
        `There is no data set or folder ${path}; --data-dir says where data are that moved.`,
      );
    }
    throw new UserError(`Cannot read ${path}: ${messageOf(error)}`, { cause: error });
  }
}

function divided(path: string, { train, test, placeOf }: Parts) {
  const { classes } = train;
  if (classes.length < 2) {
    throw new UserError(`${path} holds ${classes.length} class; two are the least.`);
  }
  const least = test === undefined ? 3 : 2;
  countsOf(train).forEach((count, label) => {
    if (count >= least) return;
    throw new UserError(
      `${placeOf(classes[label])} holds ${count === 1 ? "one image" : `${count} images`}; ` +
        `${least} are the least, to train, validate${least === 3 ? " and test" : ""} on.`,
    );
  });
  if (test !== undefined) return { train, test };
  const { train: rest, validation } = stratify(train.labels, classes.length, fifth);
  return {
    train: subset(train, "train", rest.sort()),
    test: subset(train, "test", validation),
    split_seed: splitSeed,
  };
}

function countsOf({ labels, classes }: ImageSet): number[] {
  const counts = new Array<number>(classes.length).fill(0);
  for (const label of labels) counts[label]++;
  return counts;
}

/** A digest over files: of a line for each, as `sha256sum` writes it. */
async function digestOf(digests: Readonly<Record<string, string>>): Promise<string> {
  const names = Object.keys(digests).sort();
  const lines = names.map((name) => `${digests[name]}  ${name}\n`);
  return await sha256(new TextEncoder().encode(lines.join("")));
}

/** The files of a folder below as one line: `train/cat/` may hold thousands. */
async function byFolder(
  digests: Readonly<Record<string, string>>,
): Promise<Record<string, string>> {
  const folderOf = (name: string) => name.slice(0, name.lastIndexOf("/") + 1);
  const groups = Map.groupBy(Object.entries(digests), ([name]) => folderOf(name) || name);
  const entries = [...groups].map(async ([name, files]) => {
    const digest = name.endsWith("/") ? await digestOf(Object.fromEntries(files)) : files[0][1];
    return [name, digest] as const;
  });
  return Object.fromEntries(await Promise.all(entries));
}
