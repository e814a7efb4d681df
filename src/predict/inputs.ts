import { messageOf, UserError } from "../errors.ts";
import { decodePictures, maxFileBytes, type Picture } from "../image/mod.ts";

/** A picture under its name, or why there is none. */
export type Input =
  | { readonly name: string; readonly picture: Picture }
  | { readonly name: string; readonly error: string };

/** Names that are taken for pictures in a folder. */
const pictureName = /^[^.].*(\.png|\.jpe?g|idx3-ubyte(\.gz)?)$/i;

/**
 * The pictures at `paths`, in order: files, folders with all that is below them (by name), and `-`
 * for standard input. Image i of an IDX file is called `FILE#i`. What cannot be read is an input
 * with an error, and the others follow.
 */
export async function* readInputs(paths: readonly string[]): AsyncGenerator<Input> {
  for (const path of paths) {
    const files = path === "-" ? [path] : await below(path).catch(asUserError(path));
    if (files instanceof UserError) {
      yield { name: path, error: files.message };
      continue;
    }
    for (const file of files) yield* readPictures(file);
  }
}

async function* readPictures(path: string): AsyncGenerator<Input> {
  const name = path === "-" ? "standard input" : path;
  const read = async () => await decodePictures(await readBytes(path, name), name);
  const pictures = await read().catch(asUserError(name));
  if (pictures instanceof UserError) yield { name, error: pictures.message };
  else if (pictures.length === 1) yield { name, picture: pictures[0] };
  else for (const [i, picture] of pictures.entries()) yield { name: `${name}#${i}`, picture };
}

/** The pictures in a folder and those below it, sorted; a file is itself. */
async function below(path: string): Promise<string[]> {
  if (!(await Deno.stat(path)).isDirectory) return [path];
  const found: string[] = [];
  const walk = async (folder: string) => {
    const entries = await Array.fromAsync(Deno.readDir(folder));
    for (const { name, isDirectory } of entries.sort((a, b) => a.name < b.name ? -1 : 1)) {
      const inner = `${folder.replace(/\/$/, "")}/${name}`;
      if (isDirectory && !name.startsWith(".")) await walk(inner);
      else if (!isDirectory && pictureName.test(name)) found.push(inner);
    }
  };
  await walk(path);
  if (found.length === 0) throw new UserError(`${path} holds no PNG, JPEG or IDX file.`);
  return found;
}

async function readBytes(path: string, name: string): Promise<Uint8Array<ArrayBuffer>> {
  if (path === "-") return await readAll(Deno.stdin.readable, name);
  const { isFile, size } = await Deno.stat(path);
  if (size > maxFileBytes) throw tooLarge(name);
  return isFile ? await Deno.readFile(path) : await readAll((await Deno.open(path)).readable, name);
}

/** All of a stream whose length nobody knows. */
async function readAll(
  stream: ReadableStream<Uint8Array<ArrayBuffer>>,
  name: string,
): Promise<Uint8Array<ArrayBuffer>> {
  const pieces: Uint8Array<ArrayBuffer>[] = [];
  let size = 0;
  for await (const piece of stream) {
    size += piece.length;
    if (size > maxFileBytes) throw tooLarge(name);
    pieces.push(piece);
  }
  return new Uint8Array(await new Blob(pieces).arrayBuffer());
}

const tooLarge = (name: string) =>
  new UserError(`${name} is larger than ${maxFileBytes >> 20} MiB.`);

/** A failure of one input; the others go on. */
const asUserError = (name: string) => (error: unknown): UserError => {
  if (error instanceof UserError) return error;
  if (error instanceof Deno.errors.NotFound) return new UserError(`There is no ${name}.`);
  return new UserError(`Cannot read ${name}: ${messageOf(error)}`, { cause: error });
};
