import { diskFiles, type Files, type OpenFile } from "../../src/storage/files.ts";

/** How an operation fails. */
export type Fault = "ENOSPC" | "EIO" | "EROFS" | "EINTR" | "short write";

const messages = {
  ENOSPC: "No space left on device (os error 28)",
  EIO: "Input/output error (os error 5)",
  EROFS: "Read-only file system (os error 30)",
};

/** The machine's files, of which the operation number `failing` (from 0) has a fault. */
export class FaultyFiles implements Files {
  /** Operations so far, each by its name. */
  readonly operations: string[] = [];

  constructor(readonly fault: Fault, public failing = Infinity) {}

  open(path: string, how: "replace" | "append"): OpenFile {
    this.#pass("open");
    const file = diskFiles.open(path, how);
    return {
      write: (bytes) => file.write(bytes.subarray(0, this.#pass("write") ? 1 : bytes.length)),
      sync: () => {
        this.#pass("sync");
        file.sync();
      },
      truncate: (length) => file.truncate(length),
      close: () => file.close(),
    };
  }

  rename(from: string, to: string): void {
    this.#pass("rename");
    diskFiles.rename(from, to);
  }

  remove(path: string): void {
    this.#pass("remove");
    diskFiles.remove(path);
  }

  makeFolder(path: string): void {
    this.#pass("makeFolder");
    diskFiles.makeFolder(path);
  }

  syncFolder(path: string): void {
    this.#pass("syncFolder");
    diskFiles.syncFolder(path);
  }

  /** Counts an operation; throws when it is to fail, true when it is to write too little. */
  #pass(name: string): boolean {
    const fails = this.operations.push(name) - 1 === this.failing;
    if (!fails) return false;
    if (this.fault === "short write") return true;
    if (this.fault === "EINTR") {
      if (name === "open" || name === "remove") return false; // the system itself goes on with these
      throw new Deno.errors.Interrupted("Interrupted system call (os error 4)");
    }
    throw Object.assign(new Error(messages[this.fault]), { code: this.fault });
  }
}

/** Every fault. */
export const faults: readonly Fault[] = ["ENOSPC", "EIO", "EROFS", "EINTR", "short write"];
