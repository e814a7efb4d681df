import { z } from "zod";
import { optionsSchema } from "../config/mod.ts";
import { dataName, markOf } from "../data/mod.ts";
import { diskFiles, writeText } from "../storage/mod.ts";
import { configureThreads } from "../ffi/mod.ts";
import type { Screen } from "../cli/mod.ts";
import { reproduce } from "../experiment/mod.ts";
import { readResults, resultsText } from "../run/mod.ts";

const { dataDir, threads } = optionsSchema.shape;

/** Flags of `reproduce`. */
export const reproduceFlagsSchema = z.strictObject({
  dataDir,
  threads,
  write: z.string().min(1).optional().describe("results file to write when it is identical"),
});

/** Does a run again and says whether it is identical; returns the exit code. */
export async function reproduceCommand(
  path: string,
  { threads = 0, write, ...options }: Partial<z.output<typeof reproduceFlagsSchema>>,
  screen: Screen,
): Promise<number> {
  configureThreads(threads);
  const results = readResults(path);
  const { model, data, device } = results.config;
  const mark = markOf(data);
  screen.line(`${path}: ${model} on ${dataName(data)}${mark}, ${results.epochs.length} epochs`);
  if (device === "cuda") screen.line("warning: on CUDA the same bits are not promised");
  const difference = await reproduce(path, results, options, screen);
  if (difference !== undefined) {
    screen.line(`differs: ${difference}`);
    return 1;
  }
  if (write !== undefined) writeText(diskFiles, write, resultsText(results));
  const { test_correct, test_count, weights_sha256 } = results;
  screen.line(`identical: test ${test_correct}/${test_count}${mark}, weights ${weights_sha256}`);
  return 0;
}
