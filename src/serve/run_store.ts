import { milliseconds, now } from "../clock.ts";
import { messageOf, UserError } from "../errors.ts";
import { type FoundRun, inspectRun, isLocked, isStudy } from "../run/mod.ts";

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

/** The runs below a folder, as they were seen at one time. */
export interface RunList {
  /** All runs, in the order of their names. */
  readonly runs: readonly FoundRun[];
  /** The names of symbolic links to run folders, which are not followed. */
  readonly links: readonly string[];
  /** The names of studies' folders, where there are some. */
  readonly studies?: readonly string[];
  /** Why the folder has no runs to show, where it cannot be read or is not there. */
  readonly problem?: string;
}

/** A change this much younger than its reading may share its time with a later one. */
export const unsettled = 2000; // milliseconds

/** Runs that are looked at before other requests have their turn; to read one counts as 12. */
const [atOnce, reading] = [500, 12];

/** What lies behind a link is not looked at: nothing outside the folder is reached from inside. */
const options = { links: false };

/** The runs below a folder. What has not changed since it was read is not read again. */
export class RunStore {
  readonly #cache = new Map<string, CachedRun>();
  #list: RunList = { runs: [], links: [] };
  #seen = -Infinity;
  #reading: Promise<RunList> | undefined;

  /** `folder` need not exist yet. */
  constructor(readonly folder: string) {}

  /** The run with this name, as it is now; a name that no folder has leads nowhere. */
  get(name: string): FoundRun | undefined {
    const root = rootWith(this.folder, name);
    return root === undefined ? undefined : this.#look(root, name);
  }

  /**
   * All runs, as they were seen no more than `age` milliseconds ago. Others are served while many
   * runs are read, and who asks meanwhile waits for the same reading. The list is the same object
   * where nothing has changed.
   */
  list(age = 0): Promise<RunList> {
    if (milliseconds() - this.#seen < age) return Promise.resolve(this.#list);
    this.#reading ??= this.#read().finally(() => this.#reading = undefined);
    return this.#reading;
  }

  async #read(): Promise<RunList> {
    const entries = entriesOf(this.folder);
    const list = "root" in entries
      ? await this.#runsOf(entries)
      : { runs: [], links: [], problem: entries.problem };
    this.#seen = milliseconds();
    if (!same(list, this.#list)) this.#list = list;
    return this.#list;
  }

  async #runsOf({ root, folders, links }: Entries): Promise<RunList> {
    const runs: FoundRun[] = [];
    let work = 0;
    for (const name of folders) {
      const known = this.#cache.get(name);
      const run = this.#look(root, name);
      if (run !== undefined) runs.push(run);
      work += this.#cache.get(name) === known ? 1 : reading;
      if (work < atOnce) continue;
      work = 0;
      // An immediate would come before what other connections have sent.
      await new Promise((resolve) => setTimeout(resolve));
    }
    const names = new Set(folders);
    for (const name of this.#cache.keys()) if (!names.has(name)) this.#cache.delete(name);
    const found = new Set(runs.map(({ name }) => name));
    const studies = folders.filter((name) => !found.has(name) && isStudy(`${root}/${name}`));
    return {
      runs,
      links: links.filter((name) => isFile(`${root}/${name}/config.json`)),
      ...(studies.length > 0 && { studies }),
    };
  }

  /**
   * Everything of a run but the rows of metrics.csv is put into its folders by renames, which their
   * own times tell, and nothing is added to a finished run in another way.
   */
  #look(root: string, name: string): FoundRun | undefined {
    const path = `${root}/${name}`;
    const cached = this.#cache.get(name);
    const folder = stampOf(path);
    const unchanged = cached?.settled && cached.folder === folder.text;
    if (unchanged && cached.record?.state === "finished") return cached.record;
    const lock = stampOf(`${path}/.lock`);
    const free = cached?.settled && !cached.locked && cached.lock === lock.text;
    const locked = !free && isLocked(path, options);
    const files = [
      stampOf(`${path}/metrics.csv`),
      stampOf(`${path}/checkpoints/last.safetensors`),
    ];
    const growing = files.map(({ text }) => text).join(" ");
    const same = unchanged && cached.locked === locked && cached.lock === lock.text &&
      cached.growing === growing;
    if (same) return cached.record;
    const record = inspectRun(path, { ...options, locked });
    const youngest = Math.max(...[folder, lock, ...files].map(({ time }) => time));
    const settled = now().getTime() - youngest > unsettled;
    this.#cache.set(name, {
      record,
      folder: folder.text,
      lock: lock.text,
      growing,
      locked,
      settled,
    });
    return record;
  }
}

function same(a: RunList, b: RunList): boolean {
  const all = ({ runs, links, studies = [], problem }: RunList) => [
    ...[problem, runs.length, links.length, ...runs, ...links, ...studies],
  ];
  const [left, right] = [all(a), all(b)];
  return left.length === right.length && left.every((each, i) => each === right[i]);
}

/** The real path of a folder that has a folder of this name; undefined where it has none. */
export function rootWith(folder: string, name: string): string | undefined {
  const entries = entriesOf(folder);
  return "root" in entries && entries.folders.includes(name) ? entries.root : undefined;
}

/** What changes when a file is written or replaced, and when that was. */
export function stampOf(path: string): { text: string; time: number } {
  try {
    const { mtime, size, ino } = Deno.lstatSync(path);
    const time = mtime?.getTime() ?? 0;
    return { text: `${time}:${size}:${ino}`, time };
  } catch (error) {
    // Missing, or not to be looked at: reading the run says so.
    return { text: error instanceof Error ? error.name : "none", time: 0 };
  }
}

/** What lies in a folder of runs. */
interface Entries {
  /** The folder's real path. */
  readonly root: string;
  /** The names of folders, in their order; those that begin with a dot are left out. */
  readonly folders: readonly string[];
  /** The names of symbolic links, in their order. */
  readonly links: readonly string[];
}

/** Why there are no entries. */
interface Problem {
  readonly problem: string;
  /** Whether the folder is not there, and may still come. */
  readonly missing: boolean;
}

function entriesOf(folder: string): Entries | Problem {
  try {
    const root = Deno.realPathSync(folder);
    const entries = [...Deno.readDirSync(root)].sort((a, b) => a.name < b.name ? -1 : 1);
    const names = (chosen: typeof entries) => chosen.map(({ name }) => name);
    const folders = entries.filter(({ name, isDirectory }) => isDirectory && !name.startsWith("."));
    return { root, folders: names(folders), links: names(entries.filter((e) => e.isSymlink)) };
  } catch (error) {
    if (error instanceof Deno.errors.NotFound) {
      return { problem: `There is no folder ${folder}: a run makes it`, missing: true };
    }
    const what = error instanceof Deno.errors.NotADirectory
      ? "is not a folder"
      : `cannot be read: ${messageOf(error)}`;
    return { problem: `${folder} ${what}`, missing: false };
  }
}

/** Throws a UserError where there is something that cannot be a folder of runs. */
export function refuseUnreadable(folder: string): void {
  const entries = entriesOf(folder);
  if ("problem" in entries && !entries.missing) throw new UserError(entries.problem);
}

function isFile(path: string): boolean {
  try {
    return Deno.statSync(path).isFile;
  } catch {
    return false; // a link that leads nowhere, or where nobody may look
  }
}
