import { UserError } from "../errors.ts";

/** The right to write a run folder, held by one process at a time. */
export interface RunLock extends Disposable {
  readonly path: string;
}

/**
 * Takes the lock of a run folder, or throws a UserError that names its holder. The lock is the
 * system's own on an open file: it ends with its process, however that dies, so one that a dead
 * process left is free.
 */
export function lockRun(folder: string): RunLock {
  const path = `${folder}/.lock`;
  const file = openLock(path, folder);
  if (!file.tryLockSync(true)) {
    const holder = Deno.readTextFileSync(path).trim();
    file.close();
    throw new UserError(
      `${folder} is in use by ${holder || "another process"}: wait for it, or stop it first`,
    );
  }
  const holder = new TextEncoder().encode(`process ${Deno.pid}\n`);
  file.truncateSync(0);
  file.writeSync(holder);
  return { path, [Symbol.dispose]: () => file.close() };
}

function openLock(path: string, folder: string): Deno.FsFile {
  try {
    return Deno.openSync(path, { read: true, write: true, create: true });
  } catch (error) {
    const reason = error instanceof Error ? error.message : String(error);
    throw new UserError(`Cannot lock ${folder}: ${reason}`);
  }
}
