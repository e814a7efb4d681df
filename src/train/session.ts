import { loadTest, loadTraining, type TrainingData } from "../data/mod.ts";
import { messageOf, UsageError, UserError } from "../errors.ts";
import { completeConfig, contradiction, type TrainConfig, type TrainSettings } from "./config.ts";
import { dryRun } from "./dry_run.ts";
import { readEnvironment } from "./environment.ts";
import { flagName } from "./flags.ts";
import { readJson } from "./json_file.ts";
import { train } from "./loop.ts";
import { bestEpoch } from "./metrics.ts";
import { configureThreads } from "./native_info.ts";
import { optionsSchema, type RunOptions, type TrainFlags } from "./options.ts";
import { Pace } from "./pace.ts";
import type { Screen } from "./progress.ts";
import { modelOf } from "./recipe.ts";
import { RunRecorder } from "./recorder.ts";
import { readConfig, Run } from "./run.ts";
import { exitCodes, type StopSignal, StopSignals } from "./signals.ts";
import { TrainingState } from "./state.ts";
import { finishRun, type Summary } from "./summary.ts";

/** Does what `deno task train` was asked for; returns the exit code. */
export async function trainCommand(flags: TrainFlags, screen: Screen): Promise<number> {
  const { settings, options } = splitFlags(flags);
  configureThreads(options.threads);
  if (options.resume !== undefined) return await resume(options.resume, settings, options, screen);
  if (settings.model === undefined) {
    throw new UsageError("--model is missing: linear, nonlinear or cnn");
  }
  const wrong = contradiction({ ...settings, model: settings.model });
  if (wrong !== undefined) throw new UsageError(wrong);
  const data = await loadTraining({ ...options, trainSize: settings.trainSize });
  const config = completeConfig({ ...settings, model: settings.model }, data.source);
  if (options.dryRun) return await dryRun(config, data, options, screen);
  const environment = await readEnvironment(config.device, data.digests);
  using run = Run.create(config, environment, options.outputDir, options);
  return await runToEnd(run, data, options, screen);
}

/** Goes on with a run folder from its last checkpoint. */
async function resume(
  path: string,
  settings: Partial<TrainSettings>,
  options: RunOptions,
  screen: Screen,
): Promise<number> {
  const folder = path.replace(/(?<=.)\/+$/, "");
  const config = readConfig(folder);
  refuseChanges(folder, config, settings, options);
  using run = Run.open(folder, options);
  if (run.finished) {
    screen.line(`${folder} is finished: nothing to do (deno task evaluate ${folder} shows it)`);
    return 0;
  }
  const { data: source, trainSize } = config;
  const data = await loadTraining({ ...options, data: source, trainSize });
  refuseOtherData(folder, data.digests);
  return await runToEnd(run, data, options, screen);
}

/** Trains from the last checkpoint, if there is one, to the end or a signal. */
async function runToEnd(
  run: Run,
  data: TrainingData,
  options: RunOptions,
  screen: Screen,
): Promise<number> {
  const { config, folder } = run;
  const how = resumeCommand(folder, options);
  using signals = new StopSignals((signal) => {
    screen.line(`${signal}: saves after this step (once more to stop at once)`);
  });
  using state = new TrainingState(modelOf(config), config, data.train.count);
  const pace = new Pace({ signals, checkpointEvery: options.checkpointEvery });
  try {
    screen.line(introduction(run, data, state));
    await restore(run, state, data, screen);
    const recorder = new RunRecorder(run, screen, pace);
    const complete = await train(state, data, recorder, pace);
    if (!complete) return stopped(pace.stop, state, how, screen);
    const test = await loadTest({ ...options, data: data.source });
    const { summary } = finishRun(run, state, test, { ...data.digests, ...test.digests });
    for (const line of closing(summary, folder)) screen.line(line);
    return 0;
  } catch (error) {
    if (error instanceof UserError && !(error instanceof UsageError)) {
      throw new UserError(`${error.message}. To go on: ${how}`, { cause: error });
    }
    throw error;
  }
}

async function restore(run: Run, state: TrainingState, data: TrainingData, screen: Screen) {
  const { bestBy, device } = run.config;
  const saved = run.checkpoints.load(
    ({ history }) => bestEpoch(history, bestBy)?.epoch,
    (text) => screen.line(`warning: ${text}`),
  );
  try {
    if (saved !== undefined) state.restore(saved);
  } catch (error) {
    throw new UserError(`${run.folder} was made by another version: ${messageOf(error)}`);
  }
  if (run.begun) {
    run.recordResume(await readEnvironment(device, data.digests), state.step);
    screen.line(`goes on at step ${state.step} of ${state.totalSteps}`);
  }
  run.rewind(state.history);
}

function stopped(
  signal: StopSignal | undefined,
  state: TrainingState,
  how: string,
  screen: Screen,
): number {
  screen.line(`stopped by ${signal} and saved at step ${state.step} of ${state.totalSteps}`);
  screen.line(`to go on: ${how}`);
  return exitCodes[signal ?? "SIGINT"];
}

/** The command that goes on with a run as it was going. */
function resumeCommand(folder: string, options: RunOptions): string {
  const { checkpointEvery, keepLast, dataDir } = options;
  const flags = [
    checkpointEvery === undefined ? "" : ` --checkpoint-every ${checkpointEvery}`,
    keepLast === 2 ? "" : ` --keep-last ${keepLast}`,
    dataDir === undefined ? "" : ` --data-dir ${dataDir}`,
  ];
  return `deno task train --resume ${folder}${flags.join("")}`;
}

/** Divides what the user gave into settings of the config and options beside it. */
function splitFlags(flags: TrainFlags) {
  const beside = new Set(Object.keys(optionsSchema.shape));
  const entries = Object.entries(flags);
  const settings = Object.fromEntries(entries.filter(([key]) => !beside.has(key)));
  const options = Object.fromEntries(entries.filter(([key]) => beside.has(key)));
  return {
    settings: settings as Partial<TrainSettings>,
    options: optionsSchema.parse(options),
  };
}

function refuseChanges(
  folder: string,
  config: TrainConfig,
  settings: Partial<TrainSettings>,
  { data, dryRun }: RunOptions,
): void {
  if (dryRun) throw new UsageError("--dry-run keeps nothing, so it cannot --resume a run");
  const asked = { ...settings, ...(data !== "auto" && { data }) };
  for (const [key, value] of Object.entries(asked)) {
    const was = config[key as keyof TrainConfig];
    if (was === value) continue;
    const flag = `--${flagName(key)}`;
    throw new UsageError(
      `${flag} ${value} contradicts ${folder}, which has ${flag} ${was ?? "not at all"}: ` +
        "leave it out, or start a new run",
    );
  }
}

/** A run goes on only with the data it was begun with. */
function refuseOtherData(folder: string, digests: Readonly<Record<string, string>>): void {
  const path = `${folder}/environment.json`;
  const environment = readJson(path) as { data_sha256?: Record<string, string> } | undefined;
  for (const [name, digest] of Object.entries(environment?.data_sha256 ?? {})) {
    if (digests[name] === digest) continue;
    throw new UserError(`${folder} was begun with other data: the SHA-256 of ${name} differs`);
  }
}

function introduction({ config, folder }: Run, data: TrainingData, state: TrainingState): string {
  const { train, validation } = data;
  const weights = state.parameters.reduce((sum, { size }) => sum + size, 0);
  return `${config.model} with ${weights} weights on ${
    data.source === "synthetic" ? "SYNTHETIC data" : data.source
  }: ${train.count} training, ${validation?.count ?? 0} validation images\nrun folder ${folder}`;
}

function closing(summary: Summary, folder: string): string[] {
  const { best, test_loss, test_acc, test_correct, test_count, weights_sha256, data } = summary;
  const mark = data === "synthetic" ? "  (synthetic data)" : "";
  const accuracy = `test_acc ${test_acc.toFixed(4)} (${test_correct}/${test_count})`;
  return [
    ...(summary.stopped_early ? [`stopped early: no better epoch after ${best.epoch}`] : []),
    `best epoch ${best.epoch}  test_loss ${test_loss.toFixed(4)}  ${accuracy}${mark}`,
    `weights sha256 ${weights_sha256}`,
    `${folder}/summary.json`,
  ];
}
