import { dirname } from "node:path";
import { messageOf, UserError } from "../../src/errors.ts";

/** A file of the checkout has to be written, and this user may not. */
export class NotWritable extends UserError {
  override readonly name = "NotWritable";
}

/** What `read` returns, or undefined where the file it reads is not there. */
export function ifThere<T>(read: () => T): T | undefined {
  try {
    return read();
  } catch (error) {
    if (error instanceof Deno.errors.NotFound) return undefined;
    throw error;
  }
}

/** The JSON value in a file, or undefined where the file is missing or does not parse. */
export function readJsonIfThere(path: string): unknown {
  const text = ifThere(() => Deno.readTextFileSync(path));
  if (text === undefined) return undefined;
  try {
    return JSON.parse(text);
  } catch {
    return undefined;
  }
}

/**
 * Replaces a file in one step, so that whoever reads it meanwhile sees the old text or the new one.
 * Throws {@linkcode NotWritable} where this user may not.
 */
export function replaceFile(path: string, text: string): void {
  writing(path, () => {
    Deno.mkdirSync(dirname(path), { recursive: true });
    const temporary = `${path}.${Deno.pid}`;
    Deno.writeTextFileSync(temporary, text);
    Deno.renameSync(temporary, path);
  });
}

/**
 * Runs `work` while no other process runs work under the same lock file; a dead process holds no lock.
 * Throws {@linkcode NotWritable} where this user may not write the lock file.
 */
export async function exclusively<T>(path: string, work: () => Promise<T>): Promise<T> {
  using file = writing(path, () => {
    Deno.mkdirSync(dirname(path), { recursive: true });
    return Deno.openSync(path, { create: true, write: true });
  });
  if (!await file.tryLock(true)) {
    console.error("Another process is setting wick up; waiting for it to finish.");
    await file.lock(true);
  }
  return await work();
}

function writing<T>(path: string, action: () => T): T {
  try {
    return action();
  } catch (error) {
    const readOnly = error instanceof Error && "code" in error && error.code === "EROFS";
    if (!readOnly && !(error instanceof Deno.errors.PermissionDenied)) throw error;
    throw new NotWritable(
      `This user may not write ${path}, which has to be made anew (${
        messageOf(error).split(":")[0]
      }): run "deno task setup" as the user whom this checkout belongs to, or make one of your own`,
    );
  }
}
