import { basename } from "node:path";
import { z } from "zod";
import { parseConfig } from "../config/mod.ts";
import { loadTest, loadTraining } from "../data/mod.ts";
import { UserError } from "../errors.ts";
import type { Screen } from "../cli/mod.ts";
import { now } from "../clock.ts";
import { program } from "../program.ts";
import {
  LockedError,
  lockRun,
  modelIn,
  readRun,
  type Reporter,
  Run,
  trainRun,
} from "../run/mod.ts";
import { shellPath } from "../shell_word.ts";
import { figureSpreadText, headlinesOf, spread } from "../statistics/mod.ts";
import { diskFiles, writeText } from "../storage/mod.ts";
import {
  joinOutcomes,
  Ledger,
  type Objective,
  ranking,
  readStudy,
  stateOf,
  type Study,
  studyText,
  studyWord,
  type Trial,
} from "../study/mod.ts";
import { writeStudy } from "./study_files.ts";
import { cancelStudy, showTasks } from "./study_tasks.ts";

/** Flags of `sweep show`, `finish`, `export`, `status` and `cancel`. */
export const resultsFlagsSchema = z.strictObject({
  output: z.string().min(1).optional().meta({ placeholder: "PATH" })
    .describe("show: folder for the trials as CSV and JSON; export: the recipe's file"),
  dataDir: z.string().min(1).optional().meta({ placeholder: "FOLDER" })
    .describe("finish: folder of the data files [FASHION_MNIST_DIR, then data]"),
});
type ResultsFlags = Partial<z.output<typeof resultsFlagsSchema>>;

/** Does what a study is asked for; returns the exit code. */
export async function resultsCommand(
  what: string,
  folder: string,
  { output, dataDir }: ResultsFlags,
  screen: Screen,
  reporter?: Reporter,
): Promise<number> {
  using ledger = Ledger.open(folder.replace(/(?<=.)\/+$/, ""));
  joinWhatIsFree(ledger);
  if (what === "status") return await showTasks(ledger, screen);
  if (what === "cancel") return await cancelStudy(ledger, screen);
  const study = readStudy(ledger);
  const { objective, parameters } = study;
  if (what === "finish") return await finish(ledger, study, dataDir, screen, reporter);
  if (what === "export") return exportRecipe(study, output, screen);
  screen.line(studyText(study.folder, study.trials, parameters, objective));
  const tested = ledger.get("tested");
  if (tested !== undefined) screen.line(testedText(tested));
  if (output !== undefined) {
    const title = `Study ${basename(study.folder)}`;
    screen.line(writeStudy(study.trials, parameters, objective, output, title));
  }
  return 0;
}

/** Reads what tasks have told, unless the command that submitted them does so itself. */
function joinWhatIsFree(ledger: Ledger): void {
  if (studyWord(ledger) === undefined) return;
  try {
    using _ = lockRun(ledger.folder);
    joinOutcomes(ledger);
  } catch (error) {
    if (!(error instanceof LockedError)) throw error;
  }
}

interface Tested {
  readonly trial: number;
  readonly time: string;
}

const testedText = (text: string): string => {
  const { trial, time } = JSON.parse(text) as Tested;
  return `the test set was opened for trial ${trial}, first at ${time}`;
};

/** Tests the runs of the best trial; that the test set was opened is recorded before it is. */
async function finish(
  ledger: Ledger,
  { folder, trials, objective, spec }: Study,
  dataDir: string | undefined,
  screen: Screen,
  reporter?: Reporter,
): Promise<number> {
  const best = bestOf(folder, trials, objective);
  const waiting = trials.filter((trial) => trial.sameAs === undefined && stateOf(trial) === "open");
  const isComplete = waiting.length === 0 &&
    (trials.length >= spec.trials || spec.sampler.name === "grid");
  if (!isComplete) {
    throw new UserError(`${folder} is not complete: the command that began it goes on with it`);
  }
  const before = ledger.get("tested");
  if (before !== undefined && (JSON.parse(before) as Tested).trial !== best.n) {
    throw new UserError(
      `${testedText(before)}: what is chosen after that is not chosen by validation alone`,
    );
  }
  const record: Tested = { trial: best.n, time: now().toISOString() };
  if (before === undefined) ledger.set("tested", JSON.stringify(record));
  for (const { folder: name } of best.runs) {
    const code = await testRun(`${folder}/${name}`, dataDir, screen, reporter);
    if (code !== 0) return code;
  }
  const summaries = best.runs.map(({ folder: name }) => readRun(`${folder}/${name}`).summary!);
  const figures = headlinesOf("test").map((figure) => {
    const values = summaries.flatMap((summary) => summary[figure.key] ?? []);
    return `${figure.key}${figure.format.unit} ${figureSpreadText(figure, spread(values))}`;
  });
  const seeds = best.runs.map(({ seed }) => seed).join(", ");
  screen.line(`trial ${best.n}, seeds ${seeds}: ${figures.join("  ")}`);
  return 0;
}

/** Tests a run that was trained to its end, as a resumed run is. */
async function testRun(
  path: string,
  dataDir: string | undefined,
  screen: Screen,
  reporter?: Reporter,
): Promise<number> {
  const { config, finished } = readRun(path);
  if (finished) return 0;
  using run = Run.open(path);
  const data = await loadTraining({ data: config.data, trainSize: config.trainSize, dataDir });
  return await trainRun(run, {
    data,
    model: await modelIn(path, config),
    loadTest: () => loadTest({ data: config.data, dataDir }),
    screen,
    resumeCommand: `${program} train --resume ${shellPath(path)}`,
    reporter,
  });
}

/** Writes the config of the best trial, with its first seed. */
function exportRecipe(
  { folder, trials, objective }: Study,
  output: string | undefined,
  screen: Screen,
): number {
  const [{ configText, folder: name }] = bestOf(folder, trials, objective).runs;
  parseConfig(configText, `${folder}/${name}/config.json`);
  const path = output ?? `${folder}/recipe.json`;
  writeText(diskFiles, path, configText);
  screen.line(path);
  return 0;
}

function bestOf(folder: string, trials: readonly Trial[], objective: Objective): Trial {
  const [best] = ranking(trials, objective);
  if (best === undefined) throw new UserError(`No trial of ${folder} was trained to its end`);
  return best;
}
