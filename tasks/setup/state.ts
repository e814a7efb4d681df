import { dirname } from "node:path";

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

/** Replaces a file in one step, so that whoever reads it meanwhile sees the old text or the new one. */
export function replaceFile(path: string, text: string): void {
  Deno.mkdirSync(dirname(path), { recursive: true });
  const temporary = `${path}.${Deno.pid}`;
  Deno.writeTextFileSync(temporary, text);
  Deno.renameSync(temporary, path);
}

/** Runs `work` while no other process runs work under the same lock file; a dead process holds no lock. */
export async function exclusively<T>(path: string, work: () => Promise<T>): Promise<T> {
  Deno.mkdirSync(dirname(path), { recursive: true });
  using file = Deno.openSync(path, { create: true, write: true });
  if (!await file.tryLock(true)) {
    console.error("Another process is setting wick up; waiting for it to finish.");
    await file.lock(true);
  }
  return await work();
}
