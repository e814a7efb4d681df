import { UserError } from "../../errors.ts";
import { sha256 } from "../digest.ts";
import { readUserFile } from "../files_on_disk.ts";
import { type ImageSet, mostClasses } from "../image_set.ts";

/** A folder or a file that a user names as data, and the names in the folder. */
export interface Place {
  readonly path: string;
  /** Undefined where it is a file. */
  readonly names?: readonly string[];
}

/** What a user's data hold. */
export interface Parts {
  readonly train: ImageSet;
  /** Undefined where there is no test part: then it is taken from the training part. */
  readonly test?: ImageSet;
  /** SHA-256 of every file that was read, by its path below the place. */
  readonly digests: Readonly<Record<string, string>>;
  /** Where the images of a class lie, for what is wrong with them. */
  placeOf(label: string): string;
}

/** How pictures are read. */
export interface LocalOptions {
  /** Height and width that pictures are scaled to; without it they must be of one size. */
  readonly imageSize?: number;
}

/** A form that users have data in. */
export interface LocalFormat {
  /** What it looks like, for a user whose data are of no form. */
  readonly title: string;
  /** Whether it can scale its images. */
  readonly scales?: boolean;
  /** Whether a place holds data of this form, by names alone. */
  matches(place: Place): boolean;
  /** Reads them; throws {@linkcode UserError} that names the file that is wrong. */
  read(place: Place, options: LocalOptions): Promise<Parts>;
}

/** The bytes of files as they are read, and their digests. */
export class FileReader {
  readonly digests: Record<string, string> = {};

  constructor(readonly root: string) {}

  /** Reads the file of this path. */
  async read(path: string): Promise<Uint8Array<ArrayBuffer>> {
    const bytes = readUserFile(path);
    const below = path.startsWith(`${this.root}/`) ? this.root.length : path.lastIndexOf("/");
    this.digests[path.slice(below + 1)] = await sha256(bytes);
    return bytes;
  }
}

/** The one name in a folder that fits, packed or not; undefined where none does. */
export function oneName({ path, names = [] }: Place, pattern: RegExp): string | undefined {
  const found = names.filter((name) => pattern.test(name)).sort();
  const different = new Set(found.map((name) => name.replace(/\.gz$/, "")));
  if (different.size > 1) {
    throw new UserError(
      `${path} holds several sets: ${found.slice(0, 2).join(" and ")}; leave one in the folder.`,
    );
  }
  return found[0];
}

/**
 * Replaces the numbers of the labels by places in the list of the numbers that occur in the training
 * part, which name the classes: EMNIST's letters are numbered from 1. Throws {@linkcode UserError}
 * that names the file of a label that does not occur there.
 */
export function numbered(
  train: { readonly name: string; readonly labels: ArrayLike<number> },
  test?: { readonly name: string; readonly labels: ArrayLike<number> },
): { classes: string[]; train: Uint8Array<ArrayBuffer>; test?: Uint8Array<ArrayBuffer> } {
  const numbers = [...new Set(Array.from(train.labels))].sort((a, b) => a - b);
  if (numbers.length > mostClasses) {
    throw new UserError(`${train.name} has ${numbers.length} labels; ${mostClasses} are the most.`);
  }
  const places = new Map(numbers.map((number, place) => [number, place]));
  const placed = ({ name, labels }: typeof train) =>
    Uint8Array.from(labels, (label, i) => {
      const place = places.get(label);
      if (place !== undefined) return place;
      throw new UserError(`${name} has label ${label} at ${i}, which no training image has.`);
    });
  return {
    classes: numbers.map(String),
    train: placed(train),
    ...(test && { test: placed(test) }),
  };
}
