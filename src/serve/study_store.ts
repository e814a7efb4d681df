import { milliseconds } from "../clock.ts";
import { messageOf } from "../errors.ts";
import { isStudy, studyFile } from "../run/mod.ts";
import { Ledger, readStudy, type Study } from "../study/mod.ts";
import { RunStore } from "./run_store.ts";

/** A study whose file cannot be read. */
export interface DamagedStudy {
  readonly folder: string;
  readonly problem: string;
}

/** A study as it was found. */
export type FoundStudy = Study | DamagedStudy;

interface CachedStudy {
  readonly stamp: string;
  /** Before this moment it is not read again: a large study takes a while. */
  readonly rest: number;
  readonly study: FoundStudy;
  /** Its trials' runs. */
  readonly runs: RunStore;
}

/** The studies below a folder. What has not changed since it was read is not read again. */
export class StudyStore {
  readonly #cache = new Map<string, CachedStudy>();

  constructor(readonly folder: string) {}

  /** The study with this name; a name that no folder has leads nowhere. */
  get(name: string): CachedStudy | undefined {
    const folder = `${this.folder}/${name}`;
    if (!isListed(this.folder, name) || !isStudy(folder)) return undefined;
    const cached = this.#cache.get(name);
    // What was written last may still be in the journal.
    const stamp = [studyFile, `${studyFile}-wal`].map((file) => stampOf(`${folder}/${file}`))
      .join();
    const begun = milliseconds();
    if (cached !== undefined && (cached.stamp === stamp || begun < cached.rest)) return cached;
    const { runs = new RunStore(folder) } = cached ?? {};
    const study = read(folder);
    const ended = milliseconds();
    const found = { stamp, rest: ended + 10 * (ended - begun), study, runs };
    if ("problem" in study) this.#cache.delete(name);
    else this.#cache.set(name, found);
    return found;
  }
}

function read(folder: string): FoundStudy {
  try {
    using ledger = Ledger.open(folder, { readOnly: true });
    return readStudy(ledger);
  } catch (error) {
    return { folder, problem: messageOf(error) };
  }
}

function isListed(parent: string, name: string): boolean {
  try {
    return [...Deno.readDirSync(parent)].some((entry) => entry.isDirectory && entry.name === name);
  } catch {
    return false; // the table of runs says why
  }
}

/** What changes when a file is written. */
function stampOf(path: string): string {
  try {
    const { mtime, size, ino } = Deno.lstatSync(path);
    return `${mtime?.getTime()}:${size}:${ino}`;
  } catch (error) {
    if (error instanceof Deno.errors.NotFound) return "none";
    throw error;
  }
}
