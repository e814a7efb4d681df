import { createHash } from "node:crypto";
import { basename } from "node:path";
import { z } from "zod";
import { trainFlagsSchema, withRecipe } from "../config/mod.ts";
import { loadTraining } from "../data/mod.ts";
import { UsageError, UserError } from "../errors.ts";
import { exitCodes, flagName, type Screen, StopSignals } from "../cli/mod.ts";
import type { ModelModule } from "../models/mod.ts";
import { program } from "../program.ts";
import { LockedError, lockRun } from "../run/mod.ts";
import { shellWord } from "../shell_word.ts";
import {
  allParameters,
  Ledger,
  objectiveOf,
  specOf,
  type StudyFile,
  type StudyRequest,
  type StudySpec,
  studyText,
  workOff,
} from "../study/mod.ts";
import { configurer } from "./study_configs.ts";
import { askedOfSlurm, LocalCrew, mostTasks, SlurmCrew } from "./study_crews.ts";
import { writeStudy } from "./study_files.ts";
import { StudyProgress } from "./study_progress.ts";
import { studyShape, withFlags } from "./study_settings.ts";
import { splitFlags } from "./train_command.ts";

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
  const { spec, settings, options, jobs, launch } = askedFor(call);
  const slurm = await askedOfSlurm(launch);
  const objective = objectiveOf(settings.bestBy);
  const say = (line: string) => screen.line(line);
  using signals = new StopSignals(slurm === undefined ? say : undefined);
  const { threads } = options;
  const count = Math.min(jobs ?? (slurm ? mostTasks : 1), spec.trials * spec.seeds.length);
  using workers = slurm ? undefined : new LocalCrew(count, threads);
  const data = await loadTraining({ ...options, trainSize: settings.trainSize });
  if (data.validation === undefined) {
    throw new UsageError("A study chooses by validation images: leave some with --train-size");
  }
  const text = JSON.stringify({ spec, settings, data: data.source });
  const name = call.flags.study ?? call.file?.name ?? `study-${digestOf(text)}`;
  const folder = `${options.outputDir}/${name}`;
  Deno.mkdirSync(folder, { recursive: true });
  using _ = call.flags.join ? undefined : studyLock(folder);
  using ledger = ledgerOf(folder, text, settings.bestBy, slurm ? "delete" : "wal");
  screen.line(`study ${folder}: ${planText(spec)}, chosen by ${objective.key}`);
  const configure = configurer(settings, call.modules, data, options);
  const watcher = new StudyProgress(screen, spec, objective, ledger);
  const { dataDir, checkpointEvery } = options;
  using crew = workers ?? new SlurmCrew(ledger, slurm!, { count, threads, say });
  using _stopping = crew.stopAt(signals);
  const { trainers } = crew;
  const work = { ledger, spec, objective, trainers, configure, signals, watcher };
  const modules = Object.fromEntries(
    [...call.modules.values()].map(({ model, path }) => [model.name, path]),
  );
  if (!await workOff({ ...work, modules, options: { dataDir, checkpointEvery } })) {
    screen.line(`${await crew.farewell(signals)}; to go on: ${call.command}`);
    return exitCodes[signals.received ?? "SIGINT"];
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

/** What a command line and its study file ask for together; the command line counts more. */
export function askedFor({ request, flags, file, modules }: Omit<StudyCall, "command">) {
  const { jobs, study: _, join, ...others } = { ...file?.flags, ...flags };
  const { launcher, partition, time, cpus, mem, ...study } = others;
  const { grid, random, halton, tpe, pruner, seeds, round, ...train } = study;
  const launch = { launcher, partition, time, cpus, mem, join };
  const how = { grid, random, halton, tpe, pruner, seeds, round };
  const named = request.models.length > 0 ? request.models : file?.request.models ?? [];
  const { settings: given, options } = splitFlags(withRecipe({ ...train, model: named[0]?.name }));
  for (const key of ["resume", "dryRun", "lrFind", "summary", "maxTime"] as const) {
    if (options[key] !== undefined) throw new UsageError(`--${flagName(key)} is not for a study`);
  }
  const models = named.length > 0 || given.model === undefined
    ? named
    : [{ name: given.model, given: [], place: `--recipe ${train.recipe}` }];
  const asked = specOf(withFlags({ ...request, models }, how, file?.request), modules);
  const { seed = 42, bestBy = "accuracy", model: __, ...base } = given;
  const spec = { ...asked, seeds: asked.seeds.length > 0 ? asked.seeds : [seed] };
  return { spec, settings: { ...base, bestBy }, options, jobs, launch };
}

/** The ledger of a study; throws a UserError where the folder holds another one. */
function ledgerOf(
  folder: string,
  text: string,
  bestBy: string,
  journal: "wal" | "delete",
): Ledger {
  const ledger = Ledger.open(folder, { journal });
  const known = ledger.get("spec");
  if (known === undefined) {
    ledger.set("objective", bestBy);
    ledger.set("spec", text);
  } else if (known !== text) {
    ledger[Symbol.dispose]();
    throw new UserError(`${folder} holds another study: name this one with --study NAME`);
  }
  return ledger;
}

/** The lock of a study: the right of one process to begin it, and to be joined. */
function studyLock(folder: string): Disposable {
  try {
    return lockRun(folder);
  } catch (error) {
    if (!(error instanceof LockedError)) throw error;
    throw new UserError(`${error.message}, or help it with --join`);
  }
}

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

/** A command line as its user can give it again. */
export const commandText = (args: readonly string[]): string =>
  [`${program} sweep`, ...args.map(shellWord)].join(" ");
