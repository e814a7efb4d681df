import { createHash } from "node:crypto";
import { basename } from "node:path";
import { z } from "zod";
import {
  completeConfig,
  meaningful,
  type TrainConfig,
  trainFlagsSchema,
  type TrainSettings,
} from "../config/mod.ts";
import { loadTraining, type TrainingData } from "../data/mod.ts";
import { UsageError, UserError } from "../errors.ts";
import { exitCodes, flagName, type Screen, StopSignals } from "../cli/mod.ts";
import { configureThreads, libraryInformation } from "../ffi/mod.ts";
import type { ModelModule } from "../models/mod.ts";
import { packedUrl, program, selfContained } from "../program.ts";
import { lockRun } from "../run/mod.ts";
import { shellWord } from "../shell_word.ts";
import { builtIn } from "../train/mod.ts";
import {
  allParameters,
  Ledger,
  objectiveOf,
  type Point,
  specOf,
  type StudyFile,
  type StudyRequest,
  type StudySpec,
  TrialWorker,
  workerProcess,
  workerThread,
  workOff,
} from "../study/mod.ts";
import { refuseForImages, withFigures } from "./image_settings.ts";
import { writeStudy } from "./study_files.ts";
import { StudyProgress } from "./study_progress.ts";
import { studyShape, withFlags } from "./study_settings.ts";
import { studyText } from "./study_text.ts";
import { checkedSettings, refuseForData, splitFlags } from "./train_command.ts";

/** Flags of a study: what its runs have in common, and how they are chosen and done. */
export const studyFlagsSchema = z.strictObject({
  ...trainFlagsSchema.shape,
  ...studyShape,
});
export type StudyFlags = Partial<z.output<typeof studyFlagsSchema>>;

/** What a study is asked for on a command line. */
export interface StudyCall {
  readonly request: StudyRequest;
  readonly flags: StudyFlags;
  readonly file?: StudyFile;
  /** The models of one's own by their paths. */
  readonly modules: ReadonlyMap<string, ModelModule>;
  /** The command that was given, which goes on with the study. */
  readonly command: string;
}

/**
 * Works off a study, or what is left of it, and shows its results. Returns the exit code: of the
 * signal that stopped it, 1 where no trial was trained to its end, otherwise 0.
 */
export async function studyCommand(
  call: StudyCall,
  screen: Screen,
  output?: string,
): Promise<number> {
  const { file, modules, command } = call;
  const { jobs = 1, study: name, join, grid, random, halton, tpe, pruner, seeds, round, ...train } =
    { ...file?.flags, ...call.flags };
  const flags = { grid, random, halton, tpe, pruner, seeds, round };
  const { settings, options } = splitFlags(train);
  for (const key of ["resume", "dryRun", "lrFind", "summary", "maxTime"] as const) {
    if (options[key] !== undefined) throw new UsageError(`--${flagName(key)} is not for a study`);
  }
  const request = withFlags(call.request, flags as Parameters<typeof withFlags>[1], file?.request);
  const asked = specOf(request, modules);
  const { seed = 42, bestBy = "accuracy", ...base } = settings;
  const spec = { ...asked, seeds: asked.seeds.length > 0 ? asked.seeds : [seed] };
  const data = await loadTraining({ ...options, trainSize: settings.trainSize });
  if (data.validation === undefined) {
    throw new UsageError("A study chooses by validation images: leave some with --train-size");
  }
  const text = specText({ spec, settings: { ...base, bestBy }, data: data.source });
  const folder = `${options.outputDir}/${name ?? file?.name ?? `study-${digestOf(text)}`}`;
  Deno.mkdirSync(folder, { recursive: true });
  using _ = join ? undefined : studyLock(folder);
  using ledger = Ledger.open(folder, { create: true });
  const known = ledger.get("spec");
  if (known !== undefined && known !== text) {
    throw new UserError(`${folder} holds another study: name this one with --study NAME`);
  }
  if (known === undefined) ledger.set("spec", text);
  const objective = objectiveOf(bestBy);
  ledger.set("objective", bestBy);
  using signals = new StopSignals((said) => screen.line(said));
  configureThreads(options.threads);
  const threads = options.threads ||
    Math.max(1, Math.floor(libraryInformation().threads / jobs));
  const start = selfContained ? () => workerThread(packedUrl) : workerProcess;
  const workers = Array.from({ length: jobs }, () => new TrialWorker(start, threads));
  const watch = setInterval(() => {
    if (signals.received !== undefined) { for (const worker of workers) worker.stop(); }
  }, 50);
  const watcher = new StudyProgress(screen, spec, objective, ledger);
  try {
    screen.line(`study ${folder}: ${planText(spec)}, chosen by ${objective.key}`);
    const configure = configurer({ ...base, bestBy }, modules, data, options);
    const { dataDir, checkpointEvery } = options;
    const jobOptions = { dataDir, checkpointEvery };
    const work = { ledger, spec, objective, workers, configure, signals, watcher };
    if (!await workOff({ ...work, options: jobOptions })) {
      screen.line(`stopped by ${signals.received}; to go on: ${command}`);
      return exitCodes[signals.received ?? "SIGINT"];
    }
  } finally {
    clearInterval(watch);
  }
  const trials = ledger.trials();
  const parameters = allParameters(spec.space);
  screen.line(`\n${studyText(folder, trials, parameters, objective)}`);
  if (output !== undefined) {
    const title = `Study ${basename(folder)}`;
    screen.line(`\n${writeStudy(trials, parameters, objective, output, title)}`);
  }
  return trials.some(({ runs }) => runs.some(({ state }) => state === "complete")) ? 0 : 1;
}

/** The lock of a study: the right of one process to begin it, and to be joined. */
function studyLock(folder: string): Disposable {
  try {
    return lockRun(folder);
  } catch (error) {
    if (!(error instanceof UserError) || !error.message.includes("is in use by")) throw error;
    throw new UserError(`${error.message}, or help it with --join`);
  }
}

/** All that decides a study, as its file keeps it. */
const specText = (all: { spec: StudySpec; settings: object; data: unknown }): string =>
  JSON.stringify(all);

const digestOf = (text: string): string =>
  createHash("sha256").update(text).digest("hex").slice(0, 12);

function planText({ sampler, pruner, trials, seeds, round }: StudySpec): string {
  const of = sampler.name === "grid"
    ? `${trials} combinations`
    : `${trials} ${sampler.name} trials`;
  return [
    of,
    ...(seeds.length > 1 ? [`${seeds.length} seeds`] : []),
    ...(pruner.name === "none" ? [] : [`pruner ${pruner.name}`]),
    ...(sampler.name === "tpe" || pruner.name !== "none" ? [`rounds of ${round}`] : []),
  ].join(", ");
}

/** What makes the config of a point: the settings that all have, and those of the point. */
export function configurer(
  base: Omit<TrainSettings, "model">,
  modules: ReadonlyMap<string, ModelModule>,
  data: TrainingData,
  options: { readonly data: string; readonly imageSize?: number; readonly dataDir?: string },
) {
  const sets = new Map<number | undefined, TrainingData>();
  return async (point: Point, seed: number): Promise<TrainConfig> => {
    const own = modules.get(point.model);
    const values = Object.entries(point.values).map(([name, value]) => {
      const start = `${point.model}.`;
      return [name.startsWith(start) ? name.slice(start.length) : name, value] as const;
    });
    const all = { ...base, ...Object.fromEntries(values), model: point.model, seed };
    const { settings: divided } = splitFlags(all as Parameters<typeof splitFlags>[0], own);
    const given = checkedSettings(meaningful(divided as TrainSettings, own?.model), own?.model);
    const { trainSize, normalize } = given;
    const images = normalize !== "train" || trainSize === base.trainSize
      ? data
      : sets.get(trainSize) ?? await loadTraining({ ...options, trainSize });
    sets.set(trainSize, images);
    const config = completeConfig(withFigures(given, images.train), data.source, own?.model);
    const model = own?.model ?? builtIn(config);
    refuseForData(config, given, model);
    refuseForImages(config, model, images.train);
    return config;
  };
}

/** A command line as its user can give it again. */
export const commandText = (args: readonly string[]): string =>
  [`${program} sweep`, ...args.map(shellWord)].join(" ");
