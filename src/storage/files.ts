/**
 * The few file operations that a run's safety rests on. Everything a run writes goes through
 * this interface, so that tests can make each one of them fail.
 */
export interface Files {
  /** Opens a file for writing: a new one in place of what is there, or at its end. */
  open(path: string, how: "replace" | "append"): OpenFile;
  rename(from: string, to: string): void;
  remove(path: string): void;
  makeFolder(path: string): void;
  /** Makes renames and new names in a folder survive a power cut. */
  syncFolder(path: string): void;
}

/** A file that is being written. */
export interface OpenFile {
  /** Writes some of the bytes and returns how many. */
  write(bytes: Uint8Array): number;
  sync(): void;
  truncate(length: number): void;
  close(): void;
}

/** Whether a file system does not know an operation, by the system's code; `others` mean that too. */
export function isUnsupported(error: unknown, ...others: readonly string[]): boolean {
  const codes = ["ENOSYS", "ENOTSUP", "EOPNOTSUPP", ...others];
  return error instanceof Deno.errors.NotSupported ||
    error instanceof Error && "code" in error && codes.includes(String(error.code));
}

const warnings = new Set<string>();

/** Says on standard error what a file system cannot do, the first time. */
export function warnOnce(text: string): void {
  if (!warnings.has(text)) console.error(`warning: ${text}`);
  warnings.add(text);
}

/** The file operations of the machine. */
export const diskFiles: Files = {
  open(path, how) {
    refuseSpecial(path);
    if (how === "replace") removeIfThere(path); // a link there would lead to another file
    const file = Deno.openSync(path, {
      write: true,
      create: how === "append",
      append: how === "append",
      createNew: how === "replace",
    });
    return {
      write: (bytes) => file.writeSync(bytes),
      sync: () => file.syncSync(),
      truncate: (length) => file.truncateSync(length),
      close: () => file.close(),
    };
  },
  rename(from, to) {
    if (!isFolder(to)) refuseSpecial(to);
    Deno.renameSync(from, to);
  },
  remove: (path) => Deno.removeSync(path),
  makeFolder: (path) => Deno.mkdirSync(path),
  syncFolder(path) {
    if (Deno.build.os === "windows") return; // a folder cannot be opened there, NTFS journals it
    const folder = Deno.openSync(path);
    try {
      folder.syncSync();
    } catch (error) {
      if (!isUnsupported(error, "EINVAL")) throw error;
      warnOnce(
        `The file system of ${path} syncs no folders: a power cut may take the newest files`,
      );
    } finally {
      folder.close();
    }
  },
};

function isFolder(path: string): boolean {
  try {
    return Deno.statSync(path).isDirectory;
  } catch {
    return false; // what is wrong with it, the rename says
  }
}

/** A pipe would make its writer wait for ever, a device would be replaced. */
function refuseSpecial(path: string): void {
  try {
    if (Deno.statSync(path).isFile) return;
  } catch (error) {
    if (error instanceof Deno.errors.NotFound) return;
    throw error;
  }
  throw new Error("it is not a regular file");
}

function removeIfThere(path: string): void {
  try {
    Deno.removeSync(path);
  } catch (error) {
    if (!(error instanceof Deno.errors.NotFound)) throw error;
  }
}

/** Runs a system call again for as long as a signal interrupts it. */
export function uninterrupted<T>(call: () => T): T {
  while (true) {
    try {
      return call();
    } catch (error) {
      if (!(error instanceof Deno.errors.Interrupted)) throw error;
    }
  }
}

/** Writes all bytes, however few of them each call takes. */
function writeAll(file: OpenFile, bytes: Uint8Array): void {
  for (let done = 0; done < bytes.length;) {
    const count = uninterrupted(() => file.write(bytes.subarray(done)));
    if (count === 0) throw new Error("the file system took no more bytes");
    done += count;
  }
}

function bytesOf(content: Uint8Array | string): Uint8Array {
  return typeof content === "string" ? new TextEncoder().encode(content) : content;
}

function writeAndSync(file: OpenFile, bytes: Uint8Array): void {
  try {
    writeAll(file, bytes);
    uninterrupted(() => file.sync());
  } finally {
    file.close();
  }
}

/** The folder that holds `path`. */
export function folderOf(path: string): string {
  const end = path.lastIndexOf("/");
  return end < 0 ? "." : path.slice(0, end) || "/";
}

/**
 * Replaces a file in one step: after a crash at any moment it has its old content or the new one,
 * whole. `beforeRename` runs when the new content is safely on the disk under its temporary name.
 */
export function writeAtomically(
  files: Files,
  path: string,
  content: Uint8Array | string,
  beforeRename?: () => void,
): void {
  const bytes = bytesOf(content);
  const temporary = `${path}.tmp`;
  try {
    writeAndSync(files.open(temporary, "replace"), bytes);
    beforeRename?.();
    uninterrupted(() => files.rename(temporary, path));
  } catch (error) {
    try {
      files.remove(temporary);
    } catch {
      // It was not made, or this disk refuses everything now; the next save replaces it.
    }
    throw error;
  }
  uninterrupted(() => files.syncFolder(folderOf(path)));
}

/**
 * Adds to the end of a file of `length` bytes and waits until it is on the disk; a failure leaves
 * the file as it was.
 */
export function appendSafely(
  files: Files,
  path: string,
  content: Uint8Array | string,
  length: number,
): void {
  const file = files.open(path, "append");
  try {
    writeAll(file, bytesOf(content));
    uninterrupted(() => file.sync());
  } catch (error) {
    try {
      file.truncate(length);
    } catch {
      // A cut row is dropped by the next resume.
    }
    throw error;
  } finally {
    file.close();
  }
}

/**
 * Adds to a file's end, or after its first `length` bytes, without waiting for the disk: for what
 * can be made again.
 */
export function append(files: Files, path: string, content: Uint8Array, length?: number): void {
  const file = files.open(path, "append");
  try {
    if (length !== undefined) file.truncate(length);
    writeAll(file, content);
  } finally {
    file.close();
  }
}
