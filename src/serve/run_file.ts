import { join } from "node:path";
import { UserError } from "../errors.ts";
import { type OpenedFile, openRegularFile, readBytes } from "../storage/mod.ts";

/**
 * Opens a regular file below `root`, which is a real path. Undefined where there is none, and where
 * a symbolic link is on the way: what lies outside the root cannot be reached from inside.
 */
export function openFile(root: string, ...names: string[]): OpenedFile | undefined {
  const path = join(root, ...names);
  try {
    if (Deno.realPathSync(path) !== path) return undefined;
    return openRegularFile(path, { links: false });
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
