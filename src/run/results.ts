import { z } from "zod";
import { UserError } from "../errors.ts";
import { program } from "../program.ts";
import { configOfRecord, configRecord, type TrainConfig } from "../config/mod.ts";
import { jsonText, readJson, readText } from "../storage/mod.ts";
import { epochMetricsSchema, figuresShape } from "../train/mod.ts";
import { parseMetrics } from "./metrics_reader.ts";
import { readConfig, readDigests } from "./run.ts";
import { version } from "../version.ts";

const digest = z.string().regex(/^[0-9a-f]{64}$/);

const epochSchema = epochMetricsSchema.extend({
  /** Digests of the weights after the epoch. */
  weights_sha256: digest.optional(),
  tensors: z.record(z.string(), digest).optional(),
});

const figuresSchema = z.object({
  ...figuresShape("test"),
  test_correct: z.int(),
  test_count: z.int(),
  confusion_matrix: z.array(z.array(z.int())),
  weights_sha256: digest,
  best_weights_sha256: digest,
});

const resultsSchema = figuresSchema.extend({
  /** The version that made them. */
  wick: z.string(),
  config: z.record(z.string(), z.unknown()),
  data_sha256: z.record(z.string(), digest),
  epochs: z.array(epochSchema).min(1),
}).strict();

/** Everything about a finished run that anyone who repeats it must find again. */
export type Results = Omit<z.infer<typeof resultsSchema>, "config"> & {
  readonly config: TrainConfig;
};
/** One epoch of them. */
export type EpochResult = z.infer<typeof epochSchema>;
/** What is measured at the end. */
export type FinalFigures = z.infer<typeof figuresSchema>;
/** The names of what is measured at the end. */
export const finalFigures = Object.keys(figuresSchema.shape) as (keyof FinalFigures)[];

/** Reads the results of a finished run folder or of a results file. */
export function readResults(path: string): Results {
  return isFolder(path) ? resultsOfRun(path) : resultsOfFile(path);
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

function resultsOfRun(folder: string): Results {
  const config = readConfig(folder);
  const summary = readJson(`${folder}/summary.json`);
  if (summary === undefined) {
    throw new UserError(
      `${folder} is not finished: ${program} train --resume ${folder} goes on with it`,
    );
  }
  const found = figuresSchema.extend({ data_sha256: resultsSchema.shape.data_sha256 })
    .safeParse(summary);
  if (!found.success) throw new UserError(`${folder}/summary.json is damaged`);
  const path = `${folder}/metrics.csv`;
  const digests = new Map(readDigests(folder).map((line) => [line.epoch, line]));
  const epochs = parseMetrics(readText(path) ?? "", path).map((metrics) => {
    const { weights_sha256, tensors } = digests.get(metrics.epoch) ?? {};
    return { ...metrics, weights_sha256, tensors };
  });
  return { wick: version, config, epochs, ...found.data };
}

function isFolder(path: string): boolean {
  try {
    return Deno.statSync(path).isDirectory;
  } catch {
    return false;
  }
}
