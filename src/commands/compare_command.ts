import { loadTest } from "../data/mod.ts";
import { configureThreads } from "../ffi/mod.ts";
import { printableLines } from "../printable.ts";
import { type CompareFlags, compareFlagsSchema } from "./compare_flags.ts";
import {
  compareRuns,
  comparisonText,
  evaluateRun,
  finishedRuns,
  newestRuns,
  refuseDifferentData,
  writeComparison,
} from "../report/mod.ts";

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
  print(printableLines(comparisonText(comparison, width)));
  if (output !== undefined) print(printableLines(`\n${writeComparison(comparison, output)}`));
}
