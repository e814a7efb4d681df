import { markOf, shownName, type TestData, type TrainingData } from "../data/mod.ts";
import { now } from "../clock.ts";
import { messageOf, UserError, WriteError } from "../errors.ts";
import { type AnyModel, ModuleError } from "../models/mod.ts";
import { type Layer, lossNote } from "../nn/mod.ts";
import { readEnvironment } from "./environment.ts";
import { figuresOf, logged } from "../statistics/mod.ts";
import {
  bestEpoch,
  builtIn,
  modelOf,
  NonfiniteError,
  Pace,
  type Ranks,
  recipeOf,
  shareState,
  train,
  trainingSeconds,
  TrainingState,
} from "../train/mod.ts";
import { exitCodes, lastingScreen, type Screen, type StopSignal, StopSignals } from "../cli/mod.ts";
import { nameOf, readRun } from "./record.ts";
import { RunRecorder } from "./recorder.ts";
import { mainCopy } from "./run_model.ts";
import type { Run } from "./run.ts";
import type { Summary } from "./summary.ts";
import { testResult } from "./test_result.ts";

/** Writes the report of a run that is complete or was stopped, and returns its path. */
export type Reporter = (folder: string, options: {
  /** The test images, where the run has been tested. */
  readonly test?: TestData;
  readonly resumeCommand: string;
  readonly tell: (text: string) => void;
}) => Promise<string>;

/** What a run is trained with. */
export interface TrainRunOptions {
  readonly data: TrainingData;
  /** Opens the test set; called once, when the training is complete. */
  readonly loadTest: () => Promise<TestData>;
  /** The model that the config names; by default wick's own of that name. */
  readonly model?: AnyModel;
  /** The layers; by default those of the model. */
  readonly layer?: Layer;
  readonly screen: Screen;
  /** `50` (steps) or `30s` (seconds) between the checkpoints inside an epoch. */
  readonly checkpointEvery?: string;
  /** `90s`, `30m` or `2h` after which the training ends. */
  readonly maxTime?: string;
  /** The command that resumes the run after an interruption. */
  readonly resumeCommand: string;
  readonly reporter?: Reporter;
  /** The processes that train it together, of which this is the first; one by default. */
  readonly ranks?: Ranks;
}

/**
 * Trains a run from its last checkpoint, or from its beginning, until it is complete and tested, or
 * a signal stops it. Returns the exit code.
 */
export async function trainRun(run: Run, given: TrainRunOptions): Promise<number> {
  const screen = lastingScreen(given.screen);
  const options = { ...given, screen };
  const { data, checkpointEvery, maxTime, resumeCommand } = options;
  const { config } = run;
  using signals = new StopSignals((text) => screen.line(text));
  const pace = new Pace({ signals, checkpointEvery, maxTime });
  const { model = builtIn(config), layer = modelOf(config, model), ranks } = options;
  using state = new TrainingState(layer, recipeOf(config, model), data.train.count, ranks);
  let hint: string | undefined = `To resume: ${resumeCommand}`;
  try {
    screen.line(introduction(run, data, state));
    await restore(run, state, data, screen).catch((error) => {
      if (!(error instanceof WriteError)) hint = undefined; // resuming is what has failed
      throw error;
    });
    shareState(state);
    const stop = async () => {
      const code = stopped(pace.stop, state, resumeCommand, screen);
      await writeReport(run, options);
      return code;
    };
    if (!await train(state, data, new RunRecorder(run, screen, pace), pace)) return await stop();
    if (state.outOfTime && state.history.length === 0) {
      throw new UserError(`--max-time ${maxTime} was over before the first epoch`);
    }
    const test = await options.loadTest();
    const summary = await finishRun(run, state, data, test, pace);
    if (summary === undefined) return await stop();
    for (const line of closing(summary, run.folder)) screen.line(line);
    await writeReport(run, options, test);
    return 0;
  } catch (error) {
    if (error instanceof NonfiniteError) run.write("failure.json", { message: error.message });
    if (!(error instanceof UserError) || error instanceof NonfiniteError) throw error;
    if (error instanceof ModuleError && config.modelFiles !== undefined) {
      const copy = mainCopy(run.folder, config.modelFiles);
      hint = `The run has its own copy, ${copy}, and fails again when it is resumed: ` +
        "mend the module and begin a new run";
    }
    if (hint === undefined) throw error;
    throw new UserError(`${messageOf(error)}. ${hint}`, { cause: error });
  }
}

/** A report that cannot be written takes nothing from the run: `deno task report` can follow. */
async function writeReport(
  { folder }: Run,
  { reporter, resumeCommand, screen }: TrainRunOptions,
  test?: TestData,
): Promise<void> {
  if (reporter === undefined) return;
  const tell = (text: string) => screen.line(`warning: ${text}`);
  try {
    screen.line(await reporter(folder, { test, resumeCommand, tell }));
  } catch (error) {
    tell(`No report of ${folder}: ${messageOf(error)}`);
  }
}

/** Goes to a run's last checkpoint, if it has one, and brings its records in line with that. */
export async function restore(
  run: Run,
  state: TrainingState,
  data: TrainingData,
  screen: Screen,
): Promise<void> {
  const { bestBy, device } = run.config;
  const saved = run.checkpoints.load(
    ({ history }) => bestEpoch(history, bestBy)?.epoch,
    (text) => screen.line(`warning: ${text}`),
  );
  try {
    if (saved !== undefined) state.restore(saved);
  } catch (error) {
    throw new UserError(`${run.folder} was made with another model: ${messageOf(error)}`);
  }
  if (run.begun) {
    run.recordResume(await readEnvironment(device, data.digests, state.ranks.size), state.step);
    screen.line(`resumes at step ${state.step} of ${state.totalSteps}`);
  }
  run.rewind(state.history);
}

/**
 * Tests a completed run, writes confusion_matrix.json, ends the events, and then writes
 * summary.json, which closes it. Undefined where a signal stopped it.
 */
async function finishRun(
  run: Run,
  state: TrainingState,
  { digests }: TrainingData,
  test: TestData,
  pace: Pace,
): Promise<Summary | undefined> {
  const best = run.checkpoints.loadBest();
  if (best === undefined) throw new UserError(`${run.folder} has no best.safetensors any more`);
  const all = { ...digests, ...test.digests };
  const result = await testResult(state, run.config, best.tensors, test, all, pace);
  if (result === undefined) return undefined;
  const { classes, confusion_matrix: counts, data } = result;
  run.write("confusion_matrix.json", { data, split: "test", classes, counts });
  run.recordTest(result);
  const training_seconds = trainingSeconds(readRun(run.folder).times);
  const times = { training_seconds, finished: now().toISOString() };
  const summary: Summary = { name: nameOf(run.folder), ...result, times };
  run.write("summary.json", summary);
  return summary;
}

function stopped(
  signal: StopSignal | undefined,
  state: TrainingState,
  resumeCommand: string,
  screen: Screen,
): number {
  screen.line(`stopped by ${signal}, saved at step ${state.step} of ${state.totalSteps}`);
  screen.line(`to resume: ${resumeCommand}`);
  return exitCodes[signal ?? "SIGINT"];
}

function introduction({ config, folder }: Run, data: TrainingData, state: TrainingState): string {
  const { train, validation, source } = data;
  const note = lossNote(state.recipe.loss, state.recipe.step ?? {});
  return `${config.model} with ${state.parameterCount} weights on ${shownName(source)}: ` +
    `${train.count} training, ${validation?.count ?? 0} validation images\nrun folder ${folder}` +
    (note === undefined ? "" : `\n${note}`);
}

function closing(summary: Summary, folder: string): string[] {
  const { best, test_correct: correct, test_count: count, weights_sha256, data } = summary;
  const mark = markOf(data);
  const figures = logged(figuresOf("test"), summary, { correct, count }).join("  ");
  return [
    ...(summary.out_of_time
      ? ["ended by --max-time: this result does not follow from its config alone"]
      : summary.stopped_early
      ? [`stopped early: no better epoch after ${best.epoch}`]
      : []),
    `best epoch ${best.epoch}  ${figures}${mark}`,
    `weights sha256 ${weights_sha256}`,
    `${folder}/summary.json`,
  ];
}
