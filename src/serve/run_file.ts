import { join } from "node:path";
import { UserError } from "../errors.ts";

/** A file that is open for reading. */
export interface OpenedFile extends Disposable {
  readonly file: Deno.FsFile;
  /** In bytes. */
  readonly size: number;
}

/**
 * Opens a regular file below `root`, which is a real path. Undefined where there is none, and where
 * a symbolic link is on the way: what lies outside the root cannot be reached from inside.
 */
export function openFile(root: string, ...names: string[]): OpenedFile | undefined {
  const path = join(root, ...names);
  try {
    if (Deno.realPathSync(path) !== path) return undefined;
    const expected = Deno.lstatSync(path);
    if (!expected.isFile) return undefined; // a pipe would make the reader wait for ever
    const file = Deno.openSync(path);
    const { dev, ino, size } = file.statSync();
    if (dev !== expected.dev || ino !== expected.ino) { // it was exchanged in between
      file.close();
      return undefined;
    }
    return { file, size, [Symbol.dispose]: () => file.close() };
  } catch (error) {
    if (error instanceof Deno.errors.NotFound || error instanceof Deno.errors.NotADirectory) {
      return undefined;
    }
    throw error;
  }
}

/** The text of a file as `openFile` finds it; throws a UserError where it is above `limit` bytes. */
export function readFile(limit: number, root: string, ...names: string[]): string | undefined {
  using opened = openFile(root, ...names);
  if (opened === undefined) return undefined;
  const name = names.at(-1);
  if (opened.size > limit) throw new UserError(`${name} is larger than ${limit} bytes`);
  return new TextDecoder().decode(readBytes(opened.file, opened.size));
}

/** The next bytes of a file: `count` of them, or what is left. */
export function readBytes(file: Deno.FsFile, count: number): Uint8Array<ArrayBuffer> {
  const bytes = new Uint8Array(count);
  let done = 0;
  while (done < count) {
    const read = file.readSync(bytes.subarray(done));
    if (read === null) break;
    done += read;
  }
  return bytes.subarray(0, done);
}
