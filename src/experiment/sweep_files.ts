import { configRecord } from "../config/mod.ts";
import { messageOf, UserError } from "../errors.ts";
import { figuresOf } from "../statistics/mod.ts";
import { csvText, diskFiles, jsonText, writeText } from "../storage/mod.ts";
import { type SweptRun, variedIn } from "./sweep_table.ts";

/** Writes what became of the runs of a sweep, a line each; returns the path of the CSV file. */
export function writeSweep(runs: readonly SweptRun[], folder: string): string {
  try {
    Deno.mkdirSync(folder, { recursive: true });
  } catch (error) {
    throw new UserError(`Cannot make the folder ${folder}: ${messageOf(error)}`, { cause: error });
  }
  const path = `${folder}/sweep.csv`;
  writeText(diskFiles, path, sweepCsv(runs));
  writeText(diskFiles, `${folder}/sweep.json`, jsonText({ runs: runs.map(runRecord) }));
  return path;
}

/** Columns of what was varied, the seed and what became of the run. */
function sweepCsv(runs: readonly SweptRun[]): string {
  const settings = variedIn(runs);
  const lines: Readonly<Record<string, unknown>>[] = runs.map((run, i) => {
    return { ...settings[i], seed: run.config.seed, ...resultOf(run) };
  });
  const columns = [...new Set(lines.flatMap((line) => Object.keys(line)))];
  const cells = lines.map((line) => columns.map((name) => String(line[name] ?? "")));
  return csvText(columns, cells);
}

const runRecord = (run: SweptRun) => ({ ...resultOf(run), config: configRecord(run.config) });

function resultOf(run: SweptRun) {
  const { failure, folder } = run;
  if (failure !== undefined) return { state: "failed", folder, failure };
  return {
    state: "finished",
    folder,
    best_epoch: run.best.epoch,
    ...Object.fromEntries(figuresOf("val").map(({ key }) => [key, run.best[key]])),
    ...Object.fromEntries(figuresOf("test").map(({ key }) => [key, run[key]])),
  };
}
