import { z } from "zod";
import { messageOf, UserError } from "../errors.ts";
import { configRecord, parseConfig, type TrainConfig } from "../config/mod.ts";
import { diskFiles, readJson, type ReadOptions, readText } from "../storage/mod.ts";
import {
  bestEpoch,
  type EpochMetrics,
  type EpochTime,
  epochTimes,
  metricsFile,
  type RunProgress,
  stepsPerEpoch,
} from "../train/mod.ts";
import { Checkpoints } from "./checkpoints.ts";
import { environmentSchema, type RecordedEnvironment } from "./environment.ts";
import { isLocked } from "./lock.ts";
import { parseMetrics } from "./metrics_reader.ts";
import { namedPath, runPath } from "./run_path.ts";
import { savedProgress } from "./saved_progress.ts";
import { type Summary, summarySchema } from "./summary.ts";

const failureSchema = z.object({ message: z.string() });

/** The file by which a folder is known as a study's. */
export const studyFile = "study.sqlite";

/** How a run stands; `untested` is a trial of a study that nobody trains. */
export const runStates = ["training", "finished", "untested", "interrupted", "damaged"] as const;
export type RunState = typeof runStates[number];

/** A complete epoch; its time is missing where the process that took it was killed. */
export type EpochRecord = EpochMetrics & Partial<EpochTime>;

/** How a run folder is read. */
export interface ReadRunOptions extends ReadOptions {
  /**
   * Hears which checkpoints of an unfinished run cannot be used. The record ends then where the
   * newest usable checkpoint does, as a resumed run does; otherwise with the rows of metrics.csv.
   */
  readonly tell?: (text: string) => void;
  /** Whether a process trains the run, where that is known already. */
  readonly locked?: boolean;
}

/** A run folder in which something is not as wick writes it. */
export interface DamagedRun {
  readonly folder: string;
  readonly name: string;
  readonly state: "damaged";
  readonly problem: string;
}

/** A run folder as it was found. */
export type FoundRun = RunRecord | DamagedRun;

/** Reads a run folder; throws a UserError where it is not one. */
export function readRun(path: string, options: ReadRunOptions = {}): RunRecord {
  const folder = namedPath(runPath(path));
  const run = findRun(folder, options);
  if (run === undefined) {
    throw new UserError(`${folder} is not a run folder: it has no config.json`);
  }
  return run;
}

/** The run folders in `parent` by name, which begins with the time: the oldest first. */
export function runsIn(parent: string): RunRecord[] {
  try {
    const entries = [...Deno.readDirSync(parent)].filter(({ isDirectory }) => isDirectory);
    const names = entries.map(({ name }) => name).filter((name) => !name.startsWith("."));
    return names.sort().flatMap((name) => findRun(`${runPath(parent)}/${name}`, {}) ?? []);
  } catch (error) {
    if (error instanceof Deno.errors.NotFound) return [];
    throw new UserError(`Cannot list the runs in ${parent}: ${messageOf(error)}`, { cause: error });
  }
}

/** Reads all of a run folder now, damaged or not; undefined where it has no config.json. */
export function inspectRun(folder: string, options: ReadRunOptions): FoundRun | undefined {
  try {
    const run = findRun(folder, options);
    if (run !== undefined) {
      void [run.state, run.failure, run.summary, run.epochs, run.best, run.step, run.files];
    }
    return run;
  } catch (error) {
    const problem = messageOf(error).replaceAll(`${folder}/`, "");
    return { folder, name: nameOf(folder), state: "damaged", problem };
  }
}

function findRun(folder: string, options: ReadRunOptions): RunRecord | undefined {
  const text = readText(`${folder}/config.json`, options);
  return text === undefined ? undefined : new RunRecord(folder, text, options);
}

/**
 * What a run folder tells of its run. Each part is read when it is first asked for, and once; a
 * part that is not as wick writes it is a UserError.
 */
export class RunRecord {
  readonly #options: ReadRunOptions;

  constructor(
    readonly folder: string,
    /** The text of config.json. */
    readonly configText: string,
    options: ReadRunOptions,
  ) {
    this.#options = options;
  }

  get name(): string {
    return nameOf(this.folder);
  }

  @cached
  get config(): TrainConfig {
    return parseConfig(this.configText, `${this.folder}/config.json`);
  }

  /** Whether the run has been trained and tested to its end. */
  @cached
  get finished(): boolean {
    return readText(`${this.folder}/summary.json`, this.#options) !== undefined;
  }

  @cached
  get state(): Exclude<RunState, "damaged"> {
    if (this.finished) return "finished";
    const { locked = isLocked(this.folder, this.#options) } = this.#options;
    return locked ? "training" : this.isTrial ? "untested" : "interrupted";
  }

  /** Whether it is a trial's run, whose study says how far it is trained and whether it is tested. */
  @cached
  get isTrial(): boolean {
    return isStudy(`${this.folder}/..`);
  }

  /** The figures of a finished run. */
  @cached
  get summary(): Summary | undefined {
    return this.#checked("summary.json", summarySchema);
  }

  /** The sentence with which an unfinished run ended for good: done again it ends so again. */
  @cached
  get failure(): string | undefined {
    return this.finished ? undefined : this.#checked("failure.json", failureSchema)?.message;
  }

  /** environment.json; undefined where it is missing. */
  @cached
  get environment(): RecordedEnvironment | undefined {
    return this.#checked("environment.json", environmentSchema);
  }

  /** The figures of each complete epoch. */
  @cached
  get history(): readonly EpochMetrics[] {
    const rows = this.#rows;
    return rows === "" ? [] : parseMetrics(rows, `${this.folder}/metrics.csv`);
  }

  /** How long each epoch took; undefined where that is not known. */
  get times(): readonly (EpochTime | undefined)[] {
    return epochTimes(this.#rows);
  }

  /** The figures and the time of each complete epoch. */
  @cached
  get epochs(): readonly EpochRecord[] {
    const { times } = this;
    return this.history.map((metrics, i) => ({ ...metrics, ...times[i] }));
  }

  /** The epoch whose weights are kept; a finished run's own word counts. */
  get best(): EpochMetrics | undefined {
    return this.summary?.best ?? bestEpoch(this.history, this.config.bestBy);
  }

  /** Where an unfinished run is resumed; undefined for its beginning. */
  @cached
  get progress(): RunProgress | undefined {
    if (this.finished) return undefined;
    const { folder, config } = this;
    const { tell } = this.#options;
    if (tell === undefined) return savedProgress(folder, this.#options);
    const text = JSON.stringify(configRecord(config));
    const checkpoints = new Checkpoints(`${folder}/checkpoints`, text, 1, diskFiles);
    return checkpoints.load(({ history }) => bestEpoch(history, config.bestBy)?.epoch, tell)
      ?.progress;
  }

  get stepsPerEpoch(): number {
    return stepsPerEpoch(this.config, this.config.trainSize);
  }

  /** Steps that are done, as far as the folder tells. */
  get step(): number {
    return Math.max(this.history.length * this.stepsPerEpoch, this.progress?.step ?? 0);
  }

  /** The names of the regular files in the folder. */
  @cached
  get files(): ReadonlySet<string> {
    const entries = [...Deno.readDirSync(this.folder)].filter(({ isFile }) => isFile);
    return new Set(entries.map(({ name }) => name));
  }

  /** The rows of metrics.csv; one that is just being written, or was cut, is left out. */
  @cached
  get #rows(): string {
    const text = readText(`${this.folder}/metrics.csv`, this.#options) ?? "";
    if (this.finished) return text;
    if (this.#options.tell) return metricsFile(this.progress?.history ?? [], text);
    return text.slice(0, text.lastIndexOf("\n") + 1);
  }

  /** A JSON file of the run; undefined where it is missing, a UserError where it does not fit. */
  #checked<T>(name: string, schema: z.ZodType<T>): T | undefined {
    const path = `${this.folder}/${name}`;
    const content = readJson(path, this.#options);
    if (content === undefined) return undefined;
    const result = schema.safeParse(content);
    if (result.success) return content as T; // the order of its keys is the file's, not the schema's
    const [{ path: where, message }] = result.error.issues;
    throw new UserError(`${path} is damaged: ${where.join(".")}: ${message}`);
  }
}

/** Whether a folder is a study's. */
export function isStudy(folder: string): boolean {
  try {
    return Deno.lstatSync(`${folder}/${studyFile}`).isFile;
  } catch (error) {
    const { NotADirectory, NotFound, PermissionDenied } = Deno.errors;
    if ([NotADirectory, NotFound, PermissionDenied].some((kind) => error instanceof kind)) {
      return false;
    }
    throw error;
  }
}

/** The name of a run: the name of its folder. */
export function nameOf(folder: string): string {
  return folder.slice(folder.lastIndexOf("/") + 1);
}

/** Makes a getter's value when it is first read, and keeps it. */
function cached<Owner extends object, Value>(
  make: (this: Owner) => Value,
  _: ClassGetterDecoratorContext<Owner, Value>,
): (this: Owner) => Value {
  const made = new WeakMap<Owner, { readonly value: Value }>();
  return function () {
    const known = made.get(this) ?? { value: make.call(this) };
    made.set(this, known);
    return known.value;
  };
}
