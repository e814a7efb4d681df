import { join } from "node:path";
import { now } from "../clock.ts";
import { readRun, type RunRecord } from "./run_record.ts";
import { isLocked } from "./run_signs.ts";

interface CachedRun {
  readonly record: RunRecord | undefined;
  /** Stamps of the folder, of its lock, and of the files that change inside it. */
  readonly folder: string;
  readonly lock: string;
  readonly growing: string;
  readonly locked: boolean;
  /** Whether the stamps tell this reading from a later one. */
  readonly settled: boolean;
}

/** A change this much younger than its reading may share its time with a later one. */
const unsettled = 2000; // milliseconds

/** The runs below a folder. What has not changed since it was read is not read again. */
export class RunStore {
  #cache = new Map<string, CachedRun>();
  #runs: readonly RunRecord[] = [];
  #byName = new Map<string, RunRecord>();
  #generation = 0;
  #root: string | undefined;

  /** `folder` need not exist yet. */
  constructor(readonly folder: string) {}

  /** The folder's real path, or undefined while it does not exist. */
  get root(): string | undefined {
    return this.#root;
  }

  /** All runs, in the order of their names. */
  get runs(): readonly RunRecord[] {
    return this.#runs;
  }

  /** Grows with every change that has been seen. */
  get generation(): number {
    return this.#generation;
  }

  /** The run with this name; a name that no folder has leads nowhere. */
  get(name: string): RunRecord | undefined {
    return this.#byName.get(name);
  }

  /** Looks at the folder again. */
  refresh(): void {
    const cache = new Map<string, CachedRun>();
    this.#root = realPath(this.folder);
    for (const name of this.#root === undefined ? [] : folderNames(this.#root)) {
      cache.set(name, this.#look(this.#root!, name));
    }
    const same = cache.size === this.#cache.size &&
      [...cache].every(([name, run]) => this.#cache.get(name) === run);
    if (same) return;
    const records = [...cache.values()].flatMap(({ record }) => record ?? []);
    this.#cache = cache;
    this.#runs = records.sort((a, b) => a.name < b.name ? -1 : 1);
    this.#byName = new Map(records.map((record) => [record.name, record]));
    this.#generation++;
  }

  /**
   * Everything of a run but the rows of metrics.csv is put into its folders by renames, which their
   * own times tell, and nothing is added to a finished run in another way.
   */
  #look(root: string, name: string): CachedRun {
    const cached = this.#cache.get(name);
    const folder = stampOf(root, name);
    const unchanged = cached?.settled && cached.folder === folder.text;
    if (unchanged && cached.record?.state === "finished") return cached;
    const lock = stampOf(root, name, ".lock");
    const free = cached?.locked === false && cached.lock === lock.text;
    const locked = !free && isLocked(root, name);
    const files = [
      stampOf(root, name, "metrics.csv"),
      stampOf(root, name, "checkpoints", "last.safetensors"),
    ];
    const growing = files.map(({ text }) => text).join(" ");
    const same = unchanged && cached.locked === locked && cached.lock === lock.text &&
      cached.growing === growing;
    if (same) return cached;
    const record = readRun(root, name, locked);
    const youngest = Math.max(...[folder, lock, ...files].map(({ time }) => time));
    const settled = now().getTime() - youngest > unsettled;
    return { record, folder: folder.text, lock: lock.text, growing, locked, settled };
  }
}

/** What changes when a file is written or replaced, and when that was. */
function stampOf(root: string, ...names: string[]): { text: string; time: number } {
  try {
    const { mtime, size, ino } = Deno.lstatSync(join(root, ...names));
    const time = mtime?.getTime() ?? 0;
    return { text: `${time}:${size}:${ino}`, time };
  } catch (error) {
    // None, or not to be looked at: reading the run says so.
    return { text: error instanceof Error ? error.name : "none", time: 0 };
  }
}

function realPath(folder: string): string | undefined {
  try {
    return Deno.realPathSync(folder);
  } catch (error) {
    if (error instanceof Deno.errors.NotFound) return undefined;
    throw error;
  }
}

/** The names of the folders in a folder; links and what begins with a dot are none. */
function folderNames(root: string): string[] {
  const entries = [...Deno.readDirSync(root)];
  return entries.filter(({ name, isDirectory }) => isDirectory && !name.startsWith("."))
    .map(({ name }) => name);
}
