import { messageOf, UserError } from "../errors.ts";
import { type Files, writeAtomically } from "./files.ts";

/** The longest JSON file of a run that is read, in bytes. */
const sizeLimit = 64 * 1024 * 1024;

/** Reads a text file up to a size; undefined if there is none, a UserError if it cannot be read. */
export function readText(path: string, limit = sizeLimit): string | undefined {
  try {
    const { size } = Deno.statSync(path);
    if (size > limit) throw new UserError(`${path} is larger than ${limit} bytes`);
    return Deno.readTextFileSync(path);
  } catch (error) {
    if (error instanceof Deno.errors.NotFound || error instanceof Deno.errors.NotADirectory) {
      return undefined;
    }
    if (error instanceof UserError) throw error;
    throw new UserError(`Cannot read ${path}: ${messageOf(error)}`);
  }
}

/** Reads a JSON file; undefined if there is none. */
export function readJson(path: string): unknown {
  const text = readText(path);
  if (text === undefined) return undefined;
  try {
    return JSON.parse(text);
  } catch {
    throw new UserError(`${path} is not valid JSON`);
  }
}

/** JSON to be read by people: indented, but a list of numbers is one line. */
export function jsonText(value: unknown): string {
  const indented = JSON.stringify(value, null, 2);
  const oneLine = indented.replace(/\[\n[\d\s,.e+-]*\]/g, (list) => list.replace(/\s+/g, " "));
  return `${oneLine}\n`;
}

/** Writes a JSON file in one step; throws a UserError if it cannot. */
export function writeJson(files: Files, path: string, value: unknown): void {
  writeText(files, path, jsonText(value));
}

/** Writes a text file in one step; throws a UserError if it cannot. */
export function writeText(files: Files, path: string, text: string): void {
  try {
    writeAtomically(files, path, text);
  } catch (error) {
    throw new UserError(`Cannot write ${path}: ${messageOf(error)}`, { cause: error });
  }
}
