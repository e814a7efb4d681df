import { dataName } from "../../data/mod.ts";
import { UserError } from "../../errors.ts";
import {
  readRun,
  type Results,
  resultsOf,
  runPath,
  type RunRecord,
  runsIn,
} from "../../run/mod.ts";
import { configRecord } from "../../config/mod.ts";
import { program } from "../../program.ts";
import { shellPath } from "../../shell_word.ts";

/** A run folder that is finished, and what is in it. */
export interface FinishedRun {
  readonly folder: string;
  readonly results: Results;
}

/** The newest finished run of each model in a folder of runs; says how to compare the others too. */
export function newestRuns(parent: string, tell: (text: string) => void): FinishedRun[] {
  const finished = runsIn(parent).filter((run) => run.finished);
  const seen = ({ config }: RunRecord) => `${JSON.stringify(config.data)} ${config.trainSize}`;
  const alike = finished.filter((run) => seen(run) === seen(finished.at(-1)!));
  const newest = new Map(alike.map((run) => [run.config.model, run]));
  if (newest.size < finished.length) {
    tell(
      `the newest run of each model that saw the images of the newest run: ${newest.size} of ` +
        `${finished.length} runs ` +
        `(${program} compare ${shellPath(runPath(parent))}/* compares all)`,
    );
  }
  if (newest.size === 0) {
    throw new UserError(`There is no finished run in ${parent}: ${program} train makes one`);
  }
  return [...newest.values()].map(finishedRun);
}

/** The finished ones of these run folders, each config and seed once; says what it leaves out. */
export function finishedRuns(
  folders: readonly string[],
  tell: (text: string) => void,
): FinishedRun[] {
  const runs = new Map<string, FinishedRun>();
  for (const run of folders.map((path) => readRun(path))) {
    const { folder, finished, failure } = run;
    const config = JSON.stringify(configRecord(run.config));
    const same = runs.get(config);
    if (failure !== undefined) tell(`left out: ${folder} has failed: ${failure}`);
    else if (!finished) tell(`left out: ${folder} is not finished`);
    else if (same !== undefined) tell(`left out: ${folder} is ${same.folder} once more`);
    else runs.set(config, finishedRun(run));
  }
  if (runs.size === 0) throw new UserError("None of these runs is finished");
  return [...runs.values()];
}

/**
 * Throws a UserError unless all runs have the same training, validation and test images: figures
 * on different ones say nothing about which model is better.
 */
export function refuseDifferentData(runs: readonly FinishedRun[]): void {
  const [first] = runs;
  const refuse = (what: string, of: (run: FinishedRun) => unknown) => {
    const other = runs.find((run) => of(run) !== of(first));
    if (other === undefined) return;
    throw new UserError(
      `Runs on different ${what} cannot be ranked: ${first.folder} has ${of(first)}, ` +
        `${other.folder} has ${of(other)}: compare runs that saw the same images`,
    );
  };
  refuse("data", ({ results }) => dataName(results.config.data));
  refuse("splits", ({ results }) => `${results.config.trainSize} training images`);
  for (const name of Object.keys(first.results.data_sha256)) {
    refuse("data", ({ results }) => `${name} with SHA-256 ${results.data_sha256[name]}`);
  }
}

const finishedRun = (run: RunRecord): FinishedRun => ({
  folder: run.folder,
  results: resultsOf(run),
});
