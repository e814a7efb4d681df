import { now } from "../clock.ts";
import { type FoundRun, inspectRun, isLocked } from "../run/mod.ts";

interface CachedRun {
  readonly record: FoundRun | undefined;
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

/** What lies behind a link is not looked at: nothing outside the folder is reached from inside. */
const options = { links: false };

/** The runs below a folder. What has not changed since it was read is not read again. */
export class RunStore {
  #cache = new Map<string, CachedRun>();
  #runs: readonly FoundRun[] = [];
  #byName = new Map<string, FoundRun>();
  #links: readonly string[] = [];
  #generation = 0;

  /** `folder` need not exist yet. */
  constructor(readonly folder: string) {}

  /** All runs, in the order of their names. */
  get runs(): readonly FoundRun[] {
    return this.#runs;
  }

  /** The names of symbolic links to run folders, which are not followed. */
  get links(): readonly string[] {
    return this.#links;
  }

  /** Grows with every change that has been seen. */
  get generation(): number {
    return this.#generation;
  }

  /** The run with this name; a name that no folder has leads nowhere. */
  get(name: string): FoundRun | undefined {
    return this.#byName.get(name);
  }

  /** Looks at the folder again. */
  refresh(): void {
    const cache = new Map<string, CachedRun>();
    const root = realPath(this.folder);
    for (const name of root === undefined ? [] : folderNames(root)) {
      cache.set(name, this.#look(`${root}/${name}`, this.#cache.get(name)));
    }
    const links = root === undefined ? [] : linkedRuns(root);
    const same = cache.size === this.#cache.size && links.join("/") === this.#links.join("/") &&
      [...cache].every(([name, run]) => this.#cache.get(name) === run);
    if (same) return;
    const records = [...cache.values()].flatMap(({ record }) => record ?? []);
    this.#cache = cache;
    this.#links = links;
    this.#runs = records.sort((a, b) => a.name < b.name ? -1 : 1);
    this.#byName = new Map(records.map((record) => [record.name, record]));
    this.#generation++;
  }

  /**
   * Everything of a run but the rows of metrics.csv is put into its folders by renames, which their
   * own times tell, and nothing is added to a finished run in another way.
   */
  #look(path: string, cached: CachedRun | undefined): CachedRun {
    const folder = stampOf(path);
    const unchanged = cached?.settled && cached.folder === folder.text;
    if (unchanged && cached.record?.state === "finished") return cached;
    const lock = stampOf(`${path}/.lock`);
    const free = cached?.locked === false && cached.lock === lock.text;
    const locked = !free && isLocked(path, options);
    const files = [
      stampOf(`${path}/metrics.csv`),
      stampOf(`${path}/checkpoints/last.safetensors`),
    ];
    const growing = files.map(({ text }) => text).join(" ");
    const same = unchanged && cached.locked === locked && cached.lock === lock.text &&
      cached.growing === growing;
    if (same) return cached;
    const record = inspectRun(path, { ...options, locked });
    const youngest = Math.max(...[folder, lock, ...files].map(({ time }) => time));
    const settled = now().getTime() - youngest > unsettled;
    return { record, folder: folder.text, lock: lock.text, growing, locked, settled };
  }
}

/** What changes when a file is written or replaced, and when that was. */
function stampOf(path: string): { text: string; time: number } {
  try {
    const { mtime, size, ino } = Deno.lstatSync(path);
    const time = mtime?.getTime() ?? 0;
    return { text: `${time}:${size}:${ino}`, time };
  } catch (error) {
    // Missing, or not to be looked at: reading the run says so.
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

/** The names of the folders in a folder; links and names that begin with a dot are left out. */
function folderNames(root: string): string[] {
  const entries = [...Deno.readDirSync(root)];
  return entries.filter(({ name, isDirectory }) => isDirectory && !name.startsWith("."))
    .map(({ name }) => name);
}

/** The names of symbolic links in a folder that lead to run folders. */
function linkedRuns(root: string): string[] {
  const names = [...Deno.readDirSync(root)].filter(({ isSymlink }) => isSymlink)
    .map(({ name }) => name);
  return names.filter((name) => isFile(`${root}/${name}/config.json`)).sort();
}

function isFile(path: string): boolean {
  try {
    return Deno.statSync(path).isFile;
  } catch {
    return false; // a link that leads nowhere, or where nobody may look
  }
}
