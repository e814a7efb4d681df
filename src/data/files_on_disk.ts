import { messageOf, UserError } from "../errors.ts";
import { program } from "../program.ts";
import { gunzip, readFile } from "../storage/mod.ts";
import { ownFolder } from "../user_folder.ts";
import type { CanonicalFile, FileList, Publication } from "./published_files.ts";
import { sha256 } from "./digest.ts";

/** The data folder: `given`, else what the set's environment variable says, else `data`. */
export function dataFolder(
  { folderVariable }: Pick<Publication, "folderVariable">,
  given?: string,
): string {
  return given || (folderVariable && Deno.env.get(folderVariable)) || ownFolder("data");
}

/** A file found on disk, of the right size, its content not yet read. */
export interface FileOnDisk {
  readonly file: CanonicalFile;
  readonly path: string;
  /** Whether it is gzipped; its size tells, for browsers unpack files and leave their names. */
  readonly packed: boolean;
}

/**
 * Looks for `file` directly in `folder`, then in the folder `below` it, gzipped first. Throws
 * {@linkcode UserError} where the first one there is no file, has another size or may not be
 * looked at: it is never passed over.
 */
export async function findFile(
  file: CanonicalFile,
  folder: string,
  below: string,
): Promise<FileOnDisk | undefined> {
  for (const place of [folder, `${folder}/${below}`]) {
    for (const name of [file.name, file.name.replace(/\.gz$/, "")]) {
      const path = `${place}/${name}`;
      const info = await stat(path);
      if (info === undefined) continue;
      if (!info.isFile) throw new UserError(`${path} is not a file.`);
      const packed = info.size === file.bytes;
      if (!packed && info.size !== file.unpackedBytes) {
        const expected = name === file.name ? file.bytes : file.unpackedBytes;
        throw new UserError(
          `${path} has ${info.size} bytes, the published file ${expected}: it is truncated or another file. ${remedy}`,
        );
      }
      return { file, path, packed };
    }
  }
  return undefined;
}

/**
 * Checks the SHA-256 of each of `files` that is in `folder`, and returns their paths; throws as
 * {@linkcode readVerified}.
 */
export async function verify(
  folder: string,
  { files, below }: FileList,
): Promise<string[]> {
  const paths: string[] = [];
  for (const file of files) {
    const found = await findFile(file, folder, below);
    if (found === undefined) continue;
    await readBytes(found);
    paths.push(found.path);
  }
  return paths;
}

/**
 * The IDX bytes of a file, whose SHA-256 is checked before anything in it is believed. Throws
 * {@linkcode UserError} where it differs from the published one or the file cannot be read.
 */
export async function readVerified(found: FileOnDisk): Promise<Uint8Array<ArrayBuffer>> {
  const bytes = await readBytes(found);
  return found.packed ? await gunzip(bytes, found.path, found.file.unpackedBytes) : bytes;
}

async function readBytes({ file, path, packed }: FileOnDisk): Promise<Uint8Array<ArrayBuffer>> {
  const bytes = readUserFile(path);
  const expected = packed ? file.sha256 : file.unpackedSha256;
  if (expected === undefined) {
    throw new UserError(
      `${path} is unpacked, and only the published ${file.name} can be checked. ${remedy}`,
    );
  }
  const digest = await sha256(bytes);
  if (digest !== expected) {
    throw new UserError(
      `${path} is corrupt or another file: its SHA-256 is ${digest}, the published file's ${expected}. ${remedy}`,
    );
  }
  return bytes;
}

/** The bytes of a file that must be there; throws {@linkcode UserError} that names it. */
export function readUserFile(path: string): Uint8Array<ArrayBuffer> {
  try {
    const bytes = readFile(path);
    if (bytes !== undefined) return bytes;
  } catch (error) {
    throw new UserError(`Cannot read ${path}: ${messageOf(error)}.`, { cause: error });
  }
  throw new UserError(`There is no ${path}.`);
}

const remedy = `Remove it and run \`${program} download\`, or name another folder with --data-dir.`;

async function stat(path: string): Promise<Deno.FileInfo | undefined> {
  try {
    return await Deno.stat(path);
  } catch (error) {
    if (error instanceof Deno.errors.NotFound) return undefined;
    throw new UserError(`Cannot look at ${path}: ${messageOf(error)}.`, { cause: error });
  }
}
