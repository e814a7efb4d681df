import { milliseconds, now } from "../clock.ts";
import { messageOf } from "../errors.ts";
import { isStudy, studyFile } from "../run/mod.ts";
import { Ledger, readStudy, type Study } from "../study/mod.ts";
import { rootWith, RunStore, stampOf, unsettled } from "./run_store.ts";

/** A study whose file cannot be read. */
export interface DamagedStudy {
  readonly folder: string;
  readonly problem: string;
}

/** A study as it was found. */
export type FoundStudy = Study | DamagedStudy;

interface CachedStudy {
  readonly stamp: string;
  /** Whether the stamp tells this reading from a later one. */
  readonly settled: boolean;
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
    const root = rootWith(this.folder, name);
    const folder = `${root}/${name}`;
    if (root === undefined || !isStudy(folder)) return undefined;
    const cached = this.#cache.get(name);
    // What was written last may still be in the journal.
    const files = [studyFile, `${studyFile}-wal`].map((file) => stampOf(`${folder}/${file}`));
    const stamp = files.map(({ text }) => text).join(" ");
    const begun = milliseconds();
    const same = cached?.stamp === stamp && cached.settled;
    if (cached !== undefined && (same || begun < cached.rest)) return cached;
    const { runs = new RunStore(folder) } = cached ?? {};
    const study = read(folder);
    const ended = milliseconds();
    const settled = now().getTime() - Math.max(...files.map(({ time }) => time)) > unsettled;
    const found = { stamp, settled, rest: ended + 10 * (ended - begun), study, runs };
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
