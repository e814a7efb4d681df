import { z } from "zod";
import { models } from "../models/mod.ts";
import { namesOf } from "../settings/mod.ts";
import { configSchema, optionsSchema } from "../config/mod.ts";
import { type ImageSet, loadTest, loadTraining, markOf } from "../data/mod.ts";
import { UserError } from "../errors.ts";
import { classScores, logged, metrics } from "../statistics/mod.ts";
import { evaluate, type Evaluation, lossOf } from "../train/mod.ts";
import { confusionTable, type Page, scoreTable } from "./evaluation_text.ts";
import { jsonText } from "../storage/mod.ts";
import { configureThreads } from "../ffi/mod.ts";
import { findWeights, loadModel, type WeightsSource } from "../run/mod.ts";
import { printable } from "../printable.ts";

const { data, dataDir, threads } = optionsSchema.shape;

/** Flags of `evaluate`. */
export const evaluateFlagsSchema = z.strictObject({
  split: z.enum(["test", "validation", "train"]).describe("images to evaluate on").default("test"),
  model: z.string().min(1).optional().meta({ placeholder: "NAME|MODULE.ts" })
    .describe(
      `model of a weights file that does not say it: ${namesOf(models).join(", ")}, a module`,
    ),
  json: z.boolean().optional().describe("print JSON"),
  device: configSchema.shape.device,
  data,
  dataDir,
  threads,
});
type Flags = z.output<typeof evaluateFlagsSchema>;

/** Evaluates a run or a weights file and prints the figures. */
export async function evaluateCommand(
  path: string,
  given: Partial<Flags>,
  print: (text: string) => void,
  page: Page,
): Promise<void> {
  const flags = evaluateFlagsSchema.parse(given);
  configureThreads(flags.threads);
  const source = await findWeights(path, flags.model);
  const set = await loadSplit(source, flags, given.data);
  using model = loadModel(source, flags.device);
  const { config } = source;
  const loss = config && lossOf(config, source.model);
  const result = evaluate(model, set, { ...flags, loss });
  if (source.changed !== undefined && !flags.json) print(`warning: ${printable(source.changed)}`);
  print(flags.json ? jsonOf(source, set, result) : textOf(source, set, result, page));
}

/** The images that were asked for, which the model must be able to see. */
async function loadSplit(
  source: WeightsSource,
  flags: Flags,
  asked: Flags["data"] | undefined,
): Promise<ImageSet> {
  const set = await splitOf(source, flags, asked);
  const [is, was] = [set, source.format].map(({ channels, height, width, classes }) =>
    `${channels} x ${height} x ${width} in ${classes.length} classes`
  );
  if (is === was) return set;
  throw new UserError(`${source.path} is for images of ${was}; ${set.name} has ${is}`);
}

async function splitOf(
  { config }: WeightsSource,
  flags: Flags,
  asked: Flags["data"] | undefined,
): Promise<ImageSet> {
  const options = { ...flags, data: asked ?? config?.data ?? "auto", trainSize: config?.trainSize };
  if (flags.split === "test") return await loadTest(options);
  const { train, validation } = await loadTraining(options);
  if (flags.split === "train") return train;
  if (validation === undefined) {
    throw new UserError(`This run has no validation images: it was trained on all ${train.count}`);
  }
  return validation;
}

function textOf(
  { path, model, epoch }: WeightsSource,
  set: ImageSet,
  result: Evaluation,
  page: Page,
) {
  const named = metrics.map((metric) => ({ ...metric, key: metric.label }));
  const figures = logged(named, byLabel(result), result).join("  ");
  const mark = markOf(set.name);
  const of = epoch === undefined ? "" : `, best epoch ${epoch}`;
  return [
    `${model.name} of ${printable(path)}${of}`,
    `${set.name}  ${figures}${mark}`,
    "",
    scoreTable(result, set.classes),
    "",
    confusionTable(result, set.classes, page),
  ].join("\n");
}

function jsonOf({ path, model, epoch }: WeightsSource, set: ImageSet, result: Evaluation): string {
  const { correct, count, confusion } = result;
  const scores = classScores(confusion, set.classes);
  const content = {
    path,
    model: model.name,
    epoch,
    set: set.name,
    ...byLabel(result),
    correct,
    count,
  };
  return jsonText({ ...content, classes: scores, confusion_matrix: confusion }).trimEnd();
}

const byLabel = (result: Evaluation) =>
  Object.fromEntries(metrics.map(({ label, of }) => [label, of(result)]));
