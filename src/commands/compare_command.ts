import { z } from "zod";
import { configSchema, optionsSchema } from "../config/mod.ts";
import { loadTest } from "../data/mod.ts";
import { configureThreads } from "../ffi/mod.ts";
import { warn } from "../errors.ts";
import { changedModule, readRun } from "../run/mod.ts";
import { printableLines } from "../printable.ts";
import {
  compareRuns,
  comparisonText,
  evaluateRun,
  finishedRuns,
  newestRuns,
  refuseDifferentData,
  writeComparison,
} from "../report/mod.ts";

const { dataDir, outputDir, threads } = optionsSchema.shape;

/** Flags of `compare`. */
export const compareFlagsSchema = z.strictObject({
  output: z.string().min(1).optional()
    .describe("folder for the comparison as HTML, Markdown, JSON and CSV"),
  outputDir: outputDir.describe("parent of the run folders, where none is named"),
  device: configSchema.shape.device,
  dataDir,
  threads,
});

/**
 * Compares finished runs, the newest of each model where no run is named: prints tables that fit
 * `width` columns, and writes files where a folder for them is given.
 */
export async function compareCommand(
  folders: readonly string[],
  given: Partial<z.output<typeof compareFlagsSchema>>,
  print: (text: string) => void,
  width: number,
): Promise<void> {
  const { output, outputDir, device, dataDir, threads } = compareFlagsSchema.parse(given);
  configureThreads(threads);
  const tell = (text: string) => print(printableLines(text));
  const finished = folders.length > 0 ? finishedRuns(folders, tell) : newestRuns(outputDir, tell);
  refuseDifferentData(finished);
  const test = await loadTest({ data: finished[0].results.config.data, dataDir });
  const evaluated = [];
  for (const run of finished) {
    const changed = changedModule(readRun(run.folder));
    if (changed !== undefined) warn(`${run.folder}: ${changed}`);
    evaluated.push(await evaluateRun(run, test, device));
  }
  const comparison = compareRuns(evaluated, test);
  print(printableLines(comparisonText(comparison, width)));
  if (output !== undefined) print(printableLines(`\n${writeComparison(comparison, output)}`));
}
