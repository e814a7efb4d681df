import { join } from "node:path";
import { z } from "zod";
import { messageOf, UserError } from "../errors.ts";
import { parseConfig, type TrainConfig } from "../config/mod.ts";
import { bestEpoch, type EpochMetrics, epochMetricsSchema, figuresShape } from "../train/mod.ts";
import { parseMetrics } from "../run/mod.ts";
import { readFile } from "./run_file.ts";
import { savedStep } from "./run_signs.ts";

/** How a run stands. */
export const runStates = ["training", "finished", "interrupted", "damaged"] as const;
export type RunState = typeof runStates[number];

/** What a finished run's summary.json says. */
const summarySchema = z.object({
  parameters: z.int(),
  stopped_early: z.boolean(),
  best: epochMetricsSchema,
  ...figuresShape("test"),
  test_correct: z.int(),
  test_count: z.int(),
  weights_sha256: z.string(),
  times: z.object({ training_seconds: z.number(), finished: z.iso.datetime() }),
});

/** One row of metrics.csv; times are missing where the process that took them was killed. */
export type EpochRow = EpochMetrics & {
  readonly seconds?: number;
  readonly imagesPerSecond?: number;
};

/** What is known of a run that can be read. */
export interface ReadableRun {
  readonly name: string;
  readonly state: Exclude<RunState, "damaged">;
  readonly config: TrainConfig;
  readonly epochs: readonly EpochRow[];
  readonly best?: EpochMetrics;
  readonly summary?: z.infer<typeof summarySchema>;
  readonly stepsPerEpoch: number;
  /** Steps that are done as far as the folder tells: by its epochs and its last checkpoint. */
  readonly step: number;
  /** Those of the run folder's files that may be looked at. */
  readonly files: readonly RunFileName[];
}

/** A run folder in which something is not as wick writes it. */
export interface DamagedRun {
  readonly name: string;
  readonly state: "damaged";
  readonly problem: string;
}

/** A run folder as it was found. */
export type RunRecord = ReadableRun | DamagedRun;

/** The files of a run folder that are served as they are. */
export const runFiles = [
  "report.html",
  "config.json",
  "environment.json",
  "metrics.csv",
  "summary.json",
  "confusion_matrix.json",
] as const;
export type RunFileName = typeof runFiles[number];

const megabyte = 1024 * 1024;

/** Reads a run folder; undefined where it is none, because it has no config.json. */
export function readRun(root: string, name: string, locked: boolean): RunRecord | undefined {
  try {
    const entries = [...Deno.readDirSync(join(root, name))];
    const files = new Set(entries.filter(({ isFile }) => isFile).map(({ name }) => name));
    const read = (file: string, limit: number) =>
      files.has(file) ? readFile(limit, root, name, file) : undefined;
    const configText = read("config.json", megabyte);
    if (configText === undefined) return undefined;
    const config = parseConfig(configText, "config.json");
    const summaryText = read("summary.json", 64 * megabyte);
    const finished = summaryText !== undefined;
    const epochs = parseEpochs(read("metrics.csv", 64 * megabyte) ?? "");
    const stepsPerEpoch = Math.ceil(config.trainSize / config.batchSize);
    return {
      name,
      state: finished ? "finished" : locked ? "training" : "interrupted",
      config,
      epochs,
      best: bestEpoch(epochs, config.bestBy),
      summary: finished ? parseSummary(summaryText) : undefined,
      stepsPerEpoch,
      step: Math.max(epochs.length * stepsPerEpoch, finished ? 0 : savedStep(root, name) ?? 0),
      files: runFiles.filter((file) => files.has(file)),
    };
  } catch (error) {
    return { name, state: "damaged", problem: messageOf(error) };
  }
}

function parseSummary(text: string): z.infer<typeof summarySchema> {
  let content: unknown;
  try {
    content = JSON.parse(text);
  } catch {
    throw new UserError("summary.json is not valid JSON");
  }
  const summary = summarySchema.safeParse(content);
  if (summary.success) return summary.data;
  const [{ path, message }] = summary.error.issues;
  throw new UserError(`summary.json is damaged: ${path.join(".")}: ${message}`);
}

/** The rows of metrics.csv; a row that is just being written is left for the next time. */
function parseEpochs(text: string): EpochRow[] {
  const whole = text.slice(0, text.lastIndexOf("\n") + 1);
  if (whole === "") return [];
  const lines = whole.split("\n").slice(1).filter((line) => line !== "");
  return parseMetrics(whole, "metrics.csv").map((metrics, i) => {
    const [seconds, imagesPerSecond] = lines[i].split(",").slice(-2).map((cell) =>
      cell === "" ? undefined : Number(cell)
    );
    return { ...metrics, seconds, imagesPerSecond };
  });
}
