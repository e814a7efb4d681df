import { z } from "zod";
import { optionsSchema, type TrainConfig } from "../config/mod.ts";
import { UserError } from "../errors.ts";
import { type AnyModel, importModel } from "../models/mod.ts";
import { builtIn } from "../train/mod.ts";
import { dataName, markOf } from "../data/mod.ts";
import { diskFiles, writeText } from "../storage/mod.ts";
import { configureThreads } from "../ffi/mod.ts";
import type { Screen } from "../cli/mod.ts";
import { reproduce } from "../experiment/mod.ts";
import { counted } from "../printable.ts";
import { changedModule, isFolder, modelIn, readResults, readRun, resultsText } from "../run/mod.ts";

const { dataDir, threads } = optionsSchema.shape;

/** Flags of `reproduce`. */
export const reproduceFlagsSchema = z.strictObject({
  dataDir,
  threads,
  model: z.string().min(1).optional().meta({ placeholder: "MODULE.ts" })
    .describe("module of a model of one's own, for a results file or where a run's copy is gone"),
  write: z.string().min(1).optional().describe("results file to write when it is identical"),
});

/** Does a run again and says whether it is identical; returns the exit code. */
export async function reproduceCommand(
  path: string,
  { threads = 0, write, model: asked, ...options }: Partial<z.output<typeof reproduceFlagsSchema>>,
  screen: Screen,
): Promise<number> {
  configureThreads(threads);
  const results = readResults(path);
  const spec = await modelOfResults(path, results.config, asked);
  const { model, data, device } = results.config;
  const mark = markOf(data);
  screen.line(
    `${path}: ${model} on ${dataName(data)}${mark}, ${counted(results.epochs.length, "epoch")}`,
  );
  if (device === "cuda") screen.line("warning: on CUDA the same bits are not promised");
  const changed = isFolder(path) ? changedModule(readRun(path)) : undefined;
  if (changed !== undefined) screen.line(`warning: ${changed}`);
  const difference = await reproduce(path, results, spec, options, screen);
  if (difference !== undefined) {
    screen.line(`differs: ${difference}`);
    return 1;
  }
  if (write !== undefined) writeText(diskFiles, write, resultsText(results));
  const { test_correct, test_count, weights_sha256 } = results;
  screen.line(`identical: test ${test_correct}/${test_count}${mark}, weights ${weights_sha256}`);
  return 0;
}

/** The model of results: of the run folder, or for a results file of the module that was named. */
async function modelOfResults(
  path: string,
  config: TrainConfig,
  asked: string | undefined,
): Promise<AnyModel> {
  if (isFolder(path)) return await modelIn(path, config, asked);
  if (config.modelFiles === undefined) return builtIn(config);
  if (asked !== undefined) return (await importModel(asked, config.modelFiles)).model;
  const [name] = Object.keys(config.modelFiles);
  throw new UserError(`${path} is of a model of its own: name its module, as in --model ${name}`);
}
