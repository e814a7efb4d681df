import { UserError } from "../errors.ts";
import { type OpenedFile, openRegularFile, readBytes } from "./regular_file.ts";

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

/** Opens a regular file; undefined where there is none, an Error where there is something else. */
export function findFile(path: string, { links = true }: ReadOptions = {}): OpenedFile | undefined {
  try {
    if (!links && Deno.realPathSync(path) !== path) return undefined;
    const opened = openRegularFile(path, { links });
    if (opened === undefined && links) throw new Error("it is not a regular file");
    return opened;
  } catch (error) {
    if (error instanceof Deno.errors.NotFound || error instanceof Deno.errors.NotADirectory) {
      return undefined;
    }
    throw error;
  }
}

/** The bytes of a regular file; undefined where there is none, a UserError above the limit. */
export function readFile(
  path: string,
  options: ReadOptions = {},
): Uint8Array<ArrayBuffer> | undefined {
  using opened = findFile(path, options);
  if (opened === undefined) return undefined;
  const { limit = Infinity } = options;
  if (opened.size > limit) throw new UserError(`${path} is larger than ${limit} bytes`);
  return readBytes(opened.file, opened.size);
}
