import { dirname, resolve } from "node:path";
import { messageOf, UserError, WriteError } from "../errors.ts";
import { Checkpoints } from "./checkpoints.ts";
import { configRecord, configText, type TrainConfig } from "../config/mod.ts";
import { now } from "../clock.ts";
import { dataName, standardSet } from "../data/mod.ts";
import type { Environment } from "./environment.ts";
import {
  appendSafely,
  diskFiles,
  type Files,
  readText,
  uninterrupted,
  writeJson,
  writeText,
} from "../storage/mod.ts";
import { type EpochDigests, readDigests } from "./digests.ts";
import { lockRun } from "./lock.ts";
import type { ModelModule } from "../models/mod.ts";
import { readRun } from "./record.ts";
import { writeModule } from "./run_model.ts";
import {
  type EpochMetrics,
  type EpochTime,
  epochTimes,
  metricsFile,
  metricsRow,
} from "../train/mod.ts";
import { EventFile, type TestFigures } from "../tensorboard/mod.ts";

/** How a run folder is used, which does not change the result. */
export interface RunFolderOptions {
  /** Checkpoints to keep, the last one included. */
  readonly keepLast?: number;
  readonly files?: Files;
  /** The module of a model of one's own, of which a new run folder gets a copy. */
  readonly module?: ModelModule;
  /** When the run was begun, for its name. */
  readonly time?: Date;
  /** The name of a new run folder, which must not be there yet, instead of one that is made up. */
  readonly name?: string;
}

/** A run folder that this process may write: it holds the folder's lock until it is disposed. */
export class Run implements Disposable {
  readonly checkpoints: Checkpoints;
  readonly #files: Files;
  readonly #events: EventFile;

  private constructor(
    readonly folder: string,
    readonly config: TrainConfig,
    readonly lock: Disposable,
    { keepLast = 2, files = diskFiles }: RunFolderOptions,
  ) {
    this.#files = files;
    const text = JSON.stringify(configRecord(config));
    this.checkpoints = new Checkpoints(`${folder}/checkpoints`, text, keepLast, files);
    this.#events = new EventFile(folder, files);
  }

  /**
   * Makes a new run folder under `parent`, with config.json and environment.json in it. It appears
   * under its name only when it is complete, and never over another one.
   */
  static create(
    config: TrainConfig,
    environment: Environment,
    parent: string,
    options: RunFolderOptions = {},
  ): Run {
    const { files = diskFiles, module, time = now() } = options;
    let folder: string | undefined;
    let lock: Disposable | undefined;
    try {
      makeParents(files, parent);
      folder = makeHidden(parent);
      lock = lockRun(folder);
      const checkpoints = `${folder}/checkpoints`;
      uninterrupted(() => files.makeFolder(checkpoints));
      writeText(files, `${folder}/config.json`, configText(config));
      writeJson(files, `${folder}/environment.json`, environment);
      if (module !== undefined) writeModule(files, folder, module);
      const path = `${parent}/${options.name ?? runName(config, time)}`;
      folder = publish(files, folder, path, options.name === undefined ? 1000 : 1);
      uninterrupted(() => files.syncFolder(parent));
      return new Run(folder, config, lock, options);
    } catch (error) {
      lock?.[Symbol.dispose]();
      if (folder !== undefined) Deno.removeSync(folder, { recursive: true });
      throw new UserError(`Cannot make a run folder in ${parent}: ${messageOf(error)}`, {
        cause: error,
      });
    }
  }

  /** Opens a run folder to resume it; throws a UserError where it is not one or is in use. */
  static open(path: string, options: RunFolderOptions = {}): Run {
    const { folder, config } = readRun(path);
    const lock = lockRun(folder);
    try {
      if (!Deno.statSync(`${folder}/checkpoints`).isDirectory) throw new Error("it is a file");
      return new Run(folder, config, lock, options);
    } catch (error) {
      lock[Symbol.dispose]();
      throw new UserError(`${folder}/checkpoints is damaged: ${messageOf(error)}`);
    }
  }

  /** Whether a process has trained it before. */
  get begun(): boolean {
    return readText(`${this.folder}/metrics.csv`) !== undefined;
  }

  /** Brings the records of epochs in line with a checkpoint: what came after it is done again. */
  rewind(history: readonly EpochMetrics[]): void {
    const metrics = metricsFile(history, readText(`${this.folder}/metrics.csv`) ?? "");
    writeText(this.#files, `${this.folder}/metrics.csv`, metrics);
    const digests = readDigests(this.folder).filter(({ epoch }) => epoch <= history.length);
    const lines = digests.map((digest) => `${JSON.stringify(digest)}\n`);
    writeText(this.#files, `${this.folder}/weights.jsonl`, lines.join(""));
    this.#events.begin(this.config, this.#beginning(), history, epochTimes(metrics), now());
  }

  /** Adds an epoch's row to metrics.csv, its digests to weights.jsonl, its figures to the events. */
  record(metrics: EpochMetrics, time: EpochTime, digests: EpochDigests): void {
    this.#append("metrics.csv", metricsRow(metrics, time));
    this.#append("weights.jsonl", `${JSON.stringify(digests)}\n`);
    this.#events.addEpoch(metrics, now());
  }

  /** Closes the events with what the test gave. */
  recordTest(figures: TestFigures): void {
    this.#events.end(figures, now());
  }

  /** Adds the environment of a process that resumes the run to environment.json. */
  recordResume(environment: Environment, step: number): void {
    const path = `${this.folder}/environment.json`;
    const first = readRun(this.folder).environment;
    const resumed = [...first?.resumed ?? [], { step, ...environment }];
    writeJson(this.#files, path, { ...(first ?? environment), resumed });
  }

  /** Writes a JSON file of the run in one step. */
  write(name: string, value: unknown): void {
    writeJson(this.#files, `${this.folder}/${name}`, value);
  }

  /** When the run was begun, as far as its folder tells. */
  #beginning(): Date {
    const begun = new Date(readRun(this.folder).environment?.time ?? NaN);
    return Number.isNaN(begun.getTime()) ? now() : begun;
  }

  #append(name: string, text: string): void {
    const path = `${this.folder}/${name}`;
    try {
      appendSafely(this.#files, path, text, Deno.statSync(path).size);
    } catch (error) {
      throw new WriteError(path, error);
    }
  }

  [Symbol.dispose](): void {
    this.lock[Symbol.dispose]();
  }
}

/** `2026-11-23T10-15-30.123Z-cnn-synthetic-s42` */
export function runName({ model, data, seed }: TrainConfig, time: Date): string {
  const stamp = time.toISOString().replaceAll(":", "-");
  const set = dataName(data);
  return `${stamp}-${model}${set === standardSet.name ? "" : `-${set}`}-s${seed}`;
}

/** Makes a folder with those above it, and waits until their names are on the disk. */
function makeParents(files: Files, path: string): void {
  const missing: string[] = [];
  for (let folder = resolve(path); !exists(folder); folder = dirname(folder)) missing.push(folder);
  Deno.mkdirSync(path, { recursive: true });
  for (const folder of missing) uninterrupted(() => files.syncFolder(dirname(folder)));
}

function exists(path: string): boolean {
  try {
    Deno.statSync(path);
    return true;
  } catch {
    return false; // or it cannot be looked at: then it cannot be made either, and that says why
  }
}

/** Makes a new hidden folder in `parent`, with the rights that the umask and `parent` give it. */
function makeHidden(parent: string): string {
  for (let attempt = 1;; attempt++) {
    const folder = `${parent}/.new-${Deno.pid}-${attempt}`;
    try {
      Deno.mkdirSync(folder);
      return folder;
    } catch (error) {
      if (!(error instanceof Deno.errors.AlreadyExists) || attempt === 1000) throw error;
    }
  }
}

/** Renames a finished folder to `path`, or to `path-2`, ... where that is taken, up to `attempts`. */
function publish(files: Files, folder: string, path: string, attempts: number): string {
  for (let attempt = 1;; attempt++) {
    const name = attempt === 1 ? path : `${path}-${attempt}`;
    try {
      uninterrupted(() => files.rename(folder, name));
      return name;
    } catch (error) {
      const taken = error instanceof Error && "code" in error &&
        ["ENOTEMPTY", "EEXIST", "ENOTDIR"].includes(String(error.code));
      if (!taken || attempt === attempts) throw error;
    }
  }
}
