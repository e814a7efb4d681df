import { messageOf, UserError } from "../errors.ts";
import {
  type Channels,
  decodePictures,
  maxFileBytes,
  type Picture,
  picturesIn,
} from "../image/mod.ts";
import { printable } from "../printable.ts";
import { openRegularFile, readBytes } from "../storage/mod.ts";

/** A picture under its name, why it cannot be read, or what of a folder is left out. */
export type Input =
  | { readonly name: string; readonly picture: Picture }
  | { readonly name: string; readonly error: string }
  | { readonly name: string; readonly leftOut: readonly string[] };

/**
 * The pictures at `paths`, in order: files, folders with all that is below them (by name), and `-`
 * for standard input. Image i of an IDX file is called `FILE#i`. What cannot be read is an input
 * with an error, and the others follow.
 */
export async function* readInputs(
  paths: readonly string[],
  channels: Channels = 1,
): AsyncGenerator<Input> {
  for (const path of paths) {
    const isFolder = path !== "-" && (await Deno.stat(path).catch(() => undefined))?.isDirectory;
    if (!isFolder) {
      yield* readPictures(path, channels);
      continue;
    }
    const { pictures, leftOut, unreadable } = await picturesIn(path);
    for (const picture of pictures) yield* readPictures(picture, channels);
    if (leftOut.length > 0) yield { name: path, leftOut };
    for (const [name, error] of unreadable) yield { name, error: messageOf(failure(name, error)) };
    if (pictures.length === 0 && unreadable.length === 0) {
      yield { name: path, error: `${printable(path)} holds no PNG, JPEG or IDX file` };
    }
  }
}

async function* readPictures(path: string, channels: Channels): AsyncGenerator<Input> {
  const name = path === "-" ? "standard input" : path;
  const shown = printable(name);
  const read = async () => await decodePictures(await readFile(path, shown), shown, channels);
  const pictures = await read().catch((error: unknown) => failure(name, error));
  if (pictures instanceof UserError) yield { name, error: messageOf(pictures) };
  else if (pictures.length === 1) yield { name, picture: pictures[0] };
  else for (const [i, picture] of pictures.entries()) yield { name: `${name}#${i}`, picture };
}

async function readFile(path: string, shown: string): Promise<Uint8Array<ArrayBuffer>> {
  if (path === "-") return await readAll(Deno.stdin.readable, shown);
  using opened = openRegularFile(path);
  if (opened === undefined) {
    throw new UserError(
      `${shown} is no file but a pipe, a device or a folder; hand over on standard input, as -, what it gives.`,
    );
  }
  if (opened.size > maxFileBytes) throw tooLarge(shown);
  return readBytes(opened.file, opened.size);
}

/** All of a stream whose length nobody knows. */
async function readAll(
  stream: ReadableStream<Uint8Array<ArrayBuffer>>,
  shown: string,
): Promise<Uint8Array<ArrayBuffer>> {
  const pieces: Uint8Array<ArrayBuffer>[] = [];
  let size = 0;
  for await (const piece of stream) {
    size += piece.length;
    if (size > maxFileBytes) throw tooLarge(shown);
    pieces.push(piece);
  }
  return new Uint8Array(await new Blob(pieces).arrayBuffer());
}

const tooLarge = (shown: string) =>
  new UserError(`${shown} is larger than ${maxFileBytes >> 20} MiB.`);

/** The failure of one input, which does not stop the others. */
function failure(name: string, error: unknown): UserError {
  if (error instanceof UserError) return error;
  const shown = printable(name);
  if (error instanceof Deno.errors.NotFound) return new UserError(`There is no ${shown}.`);
  return new UserError(`Cannot read ${shown}: ${printable(messageOf(error))}`, { cause: error });
}
