import { messageOf, UserError, WriteError } from "../errors.ts";
import { type Files, writeAtomically } from "./files.ts";
import { readFile, type ReadOptions } from "./read_file.ts";

/** The longest text file of a run that is read, in bytes. */
const sizeLimit = 64 * 1024 * 1024;

/** Reads a text file up to a size; undefined if there is none, a UserError if it cannot be read. */
export function readText(path: string, options: ReadOptions = {}): string | undefined {
  try {
    const bytes = readFile(path, { limit: sizeLimit, ...options });
    return bytes && new TextDecoder().decode(bytes);
  } catch (error) {
    if (error instanceof UserError) throw error;
    throw new UserError(`Cannot read ${path}: ${messageOf(error)}`);
  }
}

/** Reads a JSON file; undefined if there is none. */
export function readJson(path: string, options: ReadOptions = {}): unknown {
  const text = readText(path, options);
  if (text === undefined) return undefined;
  try {
    return JSON.parse(text);
  } catch {
    throw new UserError(`${path} is not valid JSON`);
  }
}

/** The value of a JSON text that a crash may have cut short; undefined where it does not parse. */
export function jsonValue(text: string): unknown {
  try {
    return JSON.parse(text);
  } catch {
    return undefined;
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
export const writeText = (files: Files, path: string, text: string): void =>
  writeFile(files, path, text);

/** Writes a file in one step; throws a UserError if it cannot. */
export function writeFile(files: Files, path: string, content: Uint8Array | string): void {
  try {
    writeAtomically(files, path, content);
  } catch (error) {
    throw new WriteError(path, error);
  }
}
