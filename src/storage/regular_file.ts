import { UserError } from "../errors.ts";

/** A regular file that is open for reading. */
export interface RegularFile extends Disposable {
  readonly file: Deno.FsFile;
  /** In bytes, when it was opened. */
  readonly size: number;
}

/** How a file is read. */
export interface ReadOptions {
  /** The most bytes that are read. */
  readonly limit?: number;
  /**
   * Whether symbolic links are followed. Without links the path is a real path, and what lies
   * behind a link, or is no regular file, is not there.
   */
  readonly links?: boolean;
}

/** A pipe, a device or a folder in the place of a regular file. */
export class NotRegularFileError extends Error {
  override readonly name = "NotRegularFileError";

  constructor() {
    super("it is not a regular file");
  }
}

/** Times a file is opened anew after another one took its name in between. */
const attempts = 100;

/**
 * Opens a regular file; undefined where there is none. A pipe would let its reader wait for ever,
 * and a device such as `/dev/zero` never ends: neither is opened, and an Error says so.
 */
export function openRegularFile(
  path: string,
  { links = true }: ReadOptions = {},
): RegularFile | undefined {
  try {
    for (let attempt = 0; attempt < attempts; attempt++) {
      if (!links && Deno.realPathSync(path) !== path) return undefined;
      const expected = links ? Deno.statSync(path) : Deno.lstatSync(path);
      if (!expected.isFile && !links) return undefined;
      if (!expected.isFile) throw new NotRegularFileError();
      const file = Deno.openSync(path);
      const { dev, ino, size } = file.statSync();
      if (dev === expected.dev && ino === expected.ino) {
        return { file, size, [Symbol.dispose]: () => file.close() };
      }
      file.close();
    }
    throw new Error("it is replaced all the time");
  } catch (error) {
    if (error instanceof Deno.errors.NotFound || error instanceof Deno.errors.NotADirectory) {
      return undefined;
    }
    throw error;
  }
}

/** The bytes of a regular file; undefined where there is none, a UserError above the limit. */
export function readRegularFile(
  path: string,
  options: ReadOptions = {},
): Uint8Array<ArrayBuffer> | undefined {
  using opened = openRegularFile(path, options);
  if (opened === undefined) return undefined;
  const { file, size } = opened;
  const { limit = Infinity } = options;
  if (size > limit) throw new UserError(`${path} is larger than ${limit} bytes`);
  return readBytes(file, size);
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
