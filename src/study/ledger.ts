import { DatabaseSync } from "node:sqlite";
import { now } from "../clock.ts";
import { messageOf, UserError } from "../errors.ts";
import { isLocked, studyFile } from "../run/mod.ts";
import type { Continued, Leave } from "./pruners/mod.ts";
import type { Point } from "./space.ts";
import type { Trial, TrialRun } from "./trial.ts";

const schema = `
  CREATE TABLE IF NOT EXISTS study (key TEXT PRIMARY KEY, value TEXT NOT NULL) STRICT;
  CREATE TABLE IF NOT EXISTS trials (
    n INTEGER PRIMARY KEY, point TEXT NOT NULL, same_as INTEGER, failure TEXT
  ) STRICT;
  CREATE TABLE IF NOT EXISTS runs (
    trial INTEGER NOT NULL, seed INTEGER NOT NULL, config TEXT NOT NULL, folder TEXT NOT NULL,
    state TEXT NOT NULL, until INTEGER NOT NULL, limits TEXT, owner TEXT,
    history TEXT NOT NULL DEFAULT '[]', digests TEXT NOT NULL DEFAULT '[]', failure TEXT,
    PRIMARY KEY (trial, seed)
  ) STRICT;
  CREATE INDEX IF NOT EXISTS open_runs ON runs (trial, seed) WHERE state = 'open';
`;

/** A trial that a round begins: runs of it, or the sentence that says why there are none. */
export interface NewTrial {
  readonly n: number;
  readonly point: Point;
  readonly sameAs?: number;
  readonly failure?: string;
  readonly runs: readonly Pick<TrialRun, "seed" | "configText" | "folder">[];
}

/** What became of a run. */
export type Result = Pick<TrialRun, "state" | "history" | "digests" | "failure">;

/** How a ledger is opened. */
interface LedgerOptions {
  /**
   * How SQLite keeps what a transaction may have to take back, where a study may be begun: "delete" is
   * for network file systems, which have no memory that machines share, as "wal" needs it.
   */
  readonly journal?: "wal" | "delete";
  readonly readOnly?: boolean;
}

type Row = Readonly<Record<string, string | number | null>>;

/**
 * The one file of a study: what it is, its trials and their runs. Each change is one transaction, so
 * that a process that is killed leaves the file as it was before the change or after it.
 */
export class Ledger implements Disposable {
  readonly #database: DatabaseSync;

  private constructor(readonly folder: string, path: string, options: LedgerOptions) {
    const { journal, readOnly = false } = options;
    this.#database = new DatabaseSync(path, { readOnly, timeout: readOnly ? 1000 : 30_000 });
    if (readOnly) return;
    this.#database.exec("PRAGMA synchronous = FULL;");
    if (journal !== undefined) this.#database.exec(`PRAGMA journal_mode = ${journal};`);
    this.#database.exec(schema);
  }

  /** Opens the study of a folder; throws a UserError where there is none, and none is begun. */
  static open(folder: string, options: LedgerOptions = {}): Ledger {
    const { journal } = options;
    const path = `${folder}/${studyFile}`;
    try {
      if (journal === undefined && !Deno.statSync(path).isFile) throw new Error("it is no file");
      return new Ledger(folder, path, options);
    } catch (error) {
      const what = error instanceof Deno.errors.NotFound && journal === undefined
        ? `${folder} is no study: it has no ${studyFile}`
        : `${path} cannot be opened as a study: ${messageOf(error)}`;
      throw new UserError(what, { cause: error });
    }
  }

  /** A word of the study; undefined where it is not known. */
  get(key: string): string | undefined {
    const row = this.#database.prepare("SELECT value FROM study WHERE key = ?").get(key);
    return row && String((row as Row).value);
  }

  set(key: string, value: string): void {
    this.#database.prepare("INSERT OR REPLACE INTO study VALUES (?, ?)").run(key, value);
  }

  /** How many rounds have begun. */
  get rounds(): number {
    return Number(this.get("rounds") ?? 0);
  }

  /** All trials in their order, with their runs. */
  trials(): Trial[] {
    const rows = this.#database.prepare("SELECT * FROM runs ORDER BY trial, seed").all() as Row[];
    const runs = Map.groupBy(rows.map(runOf), ({ trial }) => trial);
    const trials = this.#database.prepare("SELECT * FROM trials ORDER BY n").all() as Row[];
    return trials.map((row) => ({
      n: Number(row.n),
      point: JSON.parse(String(row.point)),
      ...(row.same_as !== null && { sameAs: Number(row.same_as) }),
      ...(row.failure !== null && { failure: String(row.failure) }),
      runs: runs.get(Number(row.n)) ?? [],
    }));
  }

  /** The values of a trial. */
  point(n: number): Point {
    const row = this.#database.prepare("SELECT point FROM trials WHERE n = ?").get(n) as Row;
    return JSON.parse(String(row.point));
  }

  /** The config of each run, as its text, with the trial that has it. */
  configs(): Map<string, number> {
    const rows = this.#database.prepare("SELECT config, trial FROM runs ORDER BY trial").all();
    return new Map((rows as Row[]).map(({ config, trial }) => [String(config), Number(trial)]));
  }

  /** Whether a run is to be trained or is being trained. */
  get hasOpenRuns(): boolean {
    const open = "SELECT 1 FROM runs WHERE state = 'open' LIMIT 1";
    return this.#database.prepare(open).get() !== undefined;
  }

  /**
   * Begins round `number`, counted from 0; does nothing where another process has begun it, or before
   * all runs of the last one have ended.
   */
  begin(
    number: number,
    trials: readonly NewTrial[],
    leave: Leave,
    continued: readonly Continued[],
  ): void {
    this.#transaction(() => {
      if (this.rounds !== number || this.hasOpenRuns) return;
      this.set("rounds", `${number + 1}`);
      const goOn = this.#database.prepare(
        "UPDATE runs SET state = 'open', until = ? WHERE trial = ? AND state = 'paused'",
      );
      for (const { n, until } of continued) goOn.run(until, n);
      const addTrial = this.#database.prepare("INSERT INTO trials VALUES (?, ?, ?, ?)");
      const addRun = this.#database.prepare(
        "INSERT INTO runs (trial, seed, config, folder, state, until, limits) " +
          "VALUES (?, ?, ?, ?, 'open', ?, ?)",
      );
      const limits = leave.limits === undefined ? null : JSON.stringify(leave.limits);
      for (const { n, point, sameAs = null, failure = null, runs } of trials) {
        addTrial.run(n, JSON.stringify(point), sameAs, failure);
        for (const { seed, configText, folder } of runs) {
          addRun.run(n, seed, configText, folder, leave.until, limits);
        }
      }
    });
  }

  /** Takes the next open run for a process; undefined where there is none. */
  claim(owner: string): TrialRun | undefined {
    const row = this.#database.prepare(
      "UPDATE runs SET owner = ? WHERE (trial, seed) = (SELECT trial, seed FROM runs " +
        "WHERE state = 'open' AND owner IS NULL ORDER BY trial, seed LIMIT 1) RETURNING *",
    ).get(owner) as Row | undefined;
    return row && runOf(row);
  }

  /** Gives runs back that were not trained to their end: one, or all of a process. */
  release(owner: string, run?: Pick<TrialRun, "trial" | "seed">): void {
    const { trial = null, seed = null } = run ?? {};
    this.#database.prepare(
      "UPDATE runs SET owner = NULL WHERE state = 'open' AND owner = ? " +
        "AND (? IS NULL OR (trial = ? AND seed = ?))",
    ).run(owner, trial, trial, seed);
  }

  /**
   * Gives the runs of processes back that live no more. Returns whether other processes had runs: such
   * runs are to be waited for, or to be claimed.
   */
  releaseOfTheDead(own: string): boolean {
    const others = this.#database.prepare(
      "SELECT DISTINCT owner FROM runs WHERE state = 'open' AND owner IS NOT NULL AND owner != ?",
    ).all(own).map((row) => String((row as Row).owner));
    for (const owner of others) if (!isLocked(this.processFolder(owner))) this.release(owner);
    return others.length > 0;
  }

  /** Removes the folders of processes that died; one that has just begun may not hold its lock yet. */
  removeFoldersOfTheDead(): void {
    for (const { name } of Deno.readDirSync(`${this.folder}/.processes`)) {
      const began = Number(name.split("-")[1]);
      const folder = this.processFolder(name);
      if (now().getTime() - began < 60_000 || isLocked(folder)) continue;
      Deno.removeSync(folder, { recursive: true });
    }
  }

  /** Where a process that works on the study holds a lock. */
  processFolder(owner: string): string {
    return `${this.folder}/.processes/${owner}`;
  }

  /** Writes what became of a run. */
  finish({ trial, seed }: TrialRun, { state, history, digests, failure }: Result): void {
    this.#database.prepare(
      "UPDATE runs SET state = ?, history = ?, digests = ?, failure = ?, owner = NULL " +
        "WHERE trial = ? AND seed = ?",
    ).run(state, JSON.stringify(history), JSON.stringify(digests), failure ?? null, trial, seed);
  }

  #transaction(action: () => void): void {
    this.#database.exec("BEGIN IMMEDIATE");
    try {
      action();
      this.#database.exec("COMMIT");
    } catch (error) {
      this.#database.exec("ROLLBACK");
      throw error;
    }
  }

  [Symbol.dispose](): void {
    this.#database.close();
  }
}

const runOf = (row: Row): TrialRun => ({
  trial: Number(row.trial),
  seed: Number(row.seed),
  configText: String(row.config),
  folder: String(row.folder),
  state: row.state as TrialRun["state"],
  until: Number(row.until),
  ...(row.limits !== null && { limits: JSON.parse(String(row.limits)) }),
  history: JSON.parse(String(row.history)),
  digests: JSON.parse(String(row.digests)),
  ...(row.failure !== null && { failure: String(row.failure) }),
});
