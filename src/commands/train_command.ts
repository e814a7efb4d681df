import { loadTest, loadTraining } from "../data/mod.ts";
import { UsageError } from "../errors.ts";
import { models } from "../models/mod.ts";
import { namesOf } from "../settings/mod.ts";
import { program } from "../program.ts";
import { shellPath } from "../shell_word.ts";
import {
  completeConfig,
  contradiction,
  defaultsOf,
  listed,
  optionsSchema,
  type RunOptions,
  type TrainConfig,
  type TrainFlags,
  type TrainSettings,
} from "../config/mod.ts";
import { dryRun } from "./dry_run.ts";
import {
  readEnvironment,
  readRun,
  refuseOtherData,
  type Reporter,
  Run,
  trainRun,
  type TrainRunOptions,
} from "../run/mod.ts";
import { flagName, type Screen } from "../cli/mod.ts";
import { configureThreads } from "../ffi/mod.ts";

/** Does what `train` was asked for; returns the exit code. */
export async function trainCommand(
  flags: TrainFlags,
  screen: Screen,
  reporter?: Reporter,
): Promise<number> {
  const { settings, options } = splitFlags(flags);
  configureThreads(options.threads);
  if (options.resume !== undefined) {
    return await resume(options.resume, settings, options, screen, reporter);
  }
  const complete = checkedSettings(settings);
  const data = await loadTraining({ ...options, trainSize: settings.trainSize });
  const config = completeConfig(complete, data.source);
  if (options.dryRun) return await dryRun(config, data, options, screen);
  const environment = await readEnvironment(config.device, data.digests);
  using run = Run.create(config, environment, options.outputDir, options);
  return await trainRun(run, runOptions(run, data, options, screen, reporter));
}

/** Resumes a run folder from its last checkpoint. */
async function resume(
  path: string,
  settings: Partial<TrainSettings>,
  options: RunOptions,
  screen: Screen,
  reporter?: Reporter,
): Promise<number> {
  if (options.dryRun) throw new UsageError("--dry-run keeps nothing, so it cannot --resume a run");
  const { folder, config, finished, environment, failure } = readRun(path);
  refuseChanges(folder, config, settings, options);
  if (finished) {
    screen.line(`${folder} is finished: nothing to do (${program} evaluate ${folder} shows it)`);
    return 0;
  }
  if (failure !== undefined) screen.line(`warning: ${folder} has failed before: ${failure}`);
  using run = Run.open(folder, options);
  const { data: source, trainSize } = config;
  const data = await loadTraining({ ...options, data: source, trainSize });
  refuseOtherData(folder, environment?.data_sha256 ?? data.digests, data.digests);
  return await trainRun(run, runOptions(run, data, options, screen, reporter));
}

function runOptions(
  { folder }: Run,
  data: TrainRunOptions["data"],
  options: RunOptions,
  screen: Screen,
  reporter: Reporter | undefined,
): TrainRunOptions {
  return {
    data,
    loadTest: () => loadTest({ ...options, data: data.source }),
    screen,
    checkpointEvery: options.checkpointEvery,
    resumeCommand: resumeCommand(folder, options),
    reporter,
  };
}

/** The command that resumes a run as it was going. */
export function resumeCommand(folder: string, options: RunOptions): string {
  const flags = (["checkpointEvery", "keepLast", "dataDir", "threads"] as const).flatMap((key) => {
    const value = options[key];
    const plain = optionsSchema.shape[key].safeParse(undefined).data;
    return value === plain ? [] : [`--${flagName(key)} ${shellPath(String(value))}`];
  });
  return [`${program} train --resume`, shellPath(folder), ...flags].join(" ");
}

/** Divides what the user gave into settings of the config and options beside it. */
export function splitFlags(flags: TrainFlags) {
  const beside = new Set(Object.keys(optionsSchema.shape));
  const entries = Object.entries(flags);
  const settings = Object.fromEntries(entries.filter(([key]) => !beside.has(key)));
  const options = Object.fromEntries(entries.filter(([key]) => beside.has(key)));
  return {
    settings: settings as Partial<TrainSettings>,
    options: optionsSchema.parse(options),
  };
}

/** The settings of a new run; throws a UsageError where the model is missing or two contradict. */
export function checkedSettings({ model, ...others }: Partial<TrainSettings>): TrainSettings {
  if (model === undefined) throw new UsageError(`--model is missing: ${listed(namesOf(models))}`);
  const settings = { ...others, model };
  const wrong = contradiction(settings);
  if (wrong !== undefined) throw new UsageError(wrong);
  return settings;
}

function refuseChanges(
  folder: string,
  config: TrainConfig,
  settings: Partial<TrainSettings>,
  { data }: RunOptions,
): void {
  const asked = { ...settings, ...(data !== "auto" && { data }) };
  const full: Readonly<Record<string, unknown>> = { ...defaultsOf(config), ...config };
  for (const [key, value] of Object.entries(asked)) {
    const was = full[key];
    if (was === value) continue;
    const flag = `--${flagName(key)}`;
    throw new UsageError(
      `${flag} ${value} contradicts ${folder}, which has ${was ?? "none"}: ` +
        "leave it out, or start a new run",
    );
  }
}
