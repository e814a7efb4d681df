import { z } from "zod";
import { UserError } from "../errors.ts";
import { program } from "../program.ts";
import { shellPath } from "../shell_word.ts";
import { configOfRecord, configRecord, type TrainConfig } from "../config/mod.ts";
import { jsonText, readJson } from "../storage/mod.ts";
import { epochMetricsSchema } from "../train/mod.ts";
import { version } from "../version.ts";
import { readDigests } from "./digests.ts";
import { readRun, type RunRecord } from "./record.ts";
import { isFolder } from "./run_path.ts";
import { dataDigestsSchema, digestSchema, figuresSchema } from "./summary.ts";

const epochSchema = epochMetricsSchema.extend({
  /** Digests of the weights after the epoch. */
  weights_sha256: digestSchema.optional(),
  tensors: z.record(z.string(), digestSchema).optional(),
});

const resultsSchema = figuresSchema.extend({
  /** The version that made them. */
  wick: z.string(),
  config: z.record(z.string(), z.unknown()),
  data_sha256: dataDigestsSchema,
  epochs: z.array(epochSchema).min(1),
  /** Its time was over: config and data alone do not give these results. */
  out_of_time: z.boolean().optional(),
}).strict();

/** Everything about a finished run that anyone who repeats it must find again. */
export type Results = Omit<z.infer<typeof resultsSchema>, "config"> & {
  readonly config: TrainConfig;
};
/** One epoch of the results. */
export type EpochResult = z.infer<typeof epochSchema>;
/** The names of the figures that are measured at the end of a run. */
export const finalFigures = figuresSchema.keyof().options;

/** Reads the results of a finished run folder or of a results file. */
export function readResults(path: string): Results {
  return isFolder(path) ? resultsOf(readRun(path)) : resultsOfFile(path);
}

/** The text of a results file. */
export function resultsText(results: Results): string {
  return jsonText({ ...results, config: configRecord(results.config) });
}

function resultsOfFile(path: string): Results {
  const content = readJson(path);
  if (content === undefined) throw new UserError(`There is no run folder or results file ${path}`);
  const results = resultsSchema.safeParse(content);
  if (!results.success) {
    const [{ path: where, message }] = results.error.issues;
    throw new UserError(`${path} is no results file: ${where.join(".")}: ${message}`);
  }
  return { ...results.data, config: configOfRecord(results.data.config, path) };
}

/** The results of a run; throws a UserError where it is not finished. */
export function resultsOf(run: RunRecord): Results {
  const { folder, config, summary, history, failure } = run;
  if (summary === undefined) {
    if (failure !== undefined) throw new UserError(`${folder} has failed: ${failure}`);
    throw new UserError(
      `${folder} is not finished: ${program} train --resume ${shellPath(folder)} resumes it`,
    );
  }
  const digests = new Map(readDigests(folder).map((line) => [line.epoch, line]));
  const epochs = history.map((metrics) => {
    const { weights_sha256, tensors } = digests.get(metrics.epoch) ?? {};
    return { ...metrics, weights_sha256, tensors };
  });
  const { data_sha256, out_of_time } = summary;
  const figures = figuresSchema.parse(summary);
  return {
    wick: version,
    config,
    epochs,
    ...figures,
    data_sha256,
    ...(out_of_time && { out_of_time }),
  };
}
