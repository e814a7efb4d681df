import { loadTest } from "../data/mod.ts";
import { configureThreads } from "../ffi/information.ts";
import { type CompareFlags, compareFlagsSchema } from "./compare_flags.ts";
import { compareRuns } from "../report/comparison/comparison.ts";
import { evaluateRun } from "../report/comparison/evaluated_run.ts";
import { writeComparison } from "../report/comparison/files.ts";
import {
  finishedRuns,
  newestRuns,
  refuseDifferentData,
} from "../report/comparison/finished_runs.ts";
import { comparisonText } from "../report/comparison/text.ts";

/**
 * Compares finished runs, the newest of each model where none is named: prints tables that fit
 * `width` columns, and writes files where a folder for them is given.
 */
export async function compareCommand(
  folders: readonly string[],
  given: CompareFlags,
  print: (text: string) => void,
  width: number,
): Promise<void> {
  const { output, outputDir, device, dataDir, threads } = compareFlagsSchema.parse(given);
  configureThreads(threads);
  const finished = folders.length > 0 ? finishedRuns(folders, print) : newestRuns(outputDir);
  refuseDifferentData(finished);
  const test = await loadTest({ data: finished[0].results.config.data, dataDir });
  const comparison = compareRuns(finished.map((run) => evaluateRun(run, test, device)), test);
  print(comparisonText(comparison, width));
  if (output !== undefined) print(`\n${writeComparison(comparison, output)}`);
}
