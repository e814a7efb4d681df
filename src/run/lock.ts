import { messageOf, UserError } from "../errors.ts";
import { findFile, isUnsupported, type ReadOptions, readText, warnOnce } from "../storage/mod.ts";

/** Another process holds the lock of a folder. */
export class LockedError extends UserError {}

/**
 * Takes the lock of a run folder, the right of one process at a time to write it, or throws a
 * LockedError that names its holder. The lock is the system's own on an open file: it ends with its
 * process, however that dies.
 */
export function lockRun(folder: string): Disposable {
  const path = `${folder}/.lock`;
  const file = openLock(path, folder);
  if (!take(file, folder)) {
    const holder = readText(path)?.trim();
    file.close();
    throw new LockedError(
      `${folder} is in use by ${holder || "another process"}: wait for it, or stop it first`,
    );
  }
  const holder = new TextEncoder().encode(`process ${Deno.pid}\n`);
  file.truncateSync(0);
  file.writeSync(holder);
  return { [Symbol.dispose]: () => file.close() };
}

/** Takes the lock. Where the file system has no locks, the run continues without one and says so. */
function take(file: Deno.FsFile, folder: string): boolean {
  try {
    return file.tryLockSync(true);
  } catch (error) {
    if (!isUnsupported(error, "ENOLCK")) throw error;
    warnOnce(`The file system of ${folder} has no locks: start no second process on a run there`);
    return true;
  }
}

function openLock(path: string, folder: string): Deno.FsFile {
  try {
    findFile(path)?.[Symbol.dispose](); // throws where it is a pipe or a device
    const file = Deno.openSync(path, { read: true, write: true, create: true });
    const [held, named] = [file.statSync(), Deno.lstatSync(path)];
    if (held.dev === named.dev && held.ino === named.ino) return file;
    file.close(); // before the holder's name is written over another file
    throw new Error(`${path} is a symbolic link`);
  } catch (error) {
    throw new UserError(`Cannot lock ${folder}: ${messageOf(error)}`);
  }
}

/**
 * Whether a process holds a run folder's lock. Looking takes a shared lock for an instant where no
 * process holds one.
 */
export function isLocked(folder: string, options: ReadOptions = {}): boolean {
  try {
    using lock = findFile(`${folder}/.lock`, options);
    return lock !== undefined && !lock.file.tryLockSync(false);
  } catch (error) {
    if (error instanceof Deno.errors.PermissionDenied) return false; // reading the run says so
    if (isUnsupported(error, "ENOLCK")) return false;
    throw error;
  }
}
