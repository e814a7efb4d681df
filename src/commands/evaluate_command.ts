import { z } from "zod";
import { models } from "../models/mod.ts";
import { namesOf } from "../settings/mod.ts";
import { configSchema, optionsSchema } from "../config/mod.ts";
import { type ImageSet, loadTest, loadTraining, markOf } from "../data/mod.ts";
import { UsageError, UserError, warn } from "../errors.ts";
import { classScores, logged, metrics } from "../statistics/mod.ts";
import { evaluate, type Evaluation, lossOf } from "../train/mod.ts";
import { confusionTable, type Page, scoreTable } from "./evaluation_text.ts";
import { jsonText } from "../storage/mod.ts";
import { configureThreads } from "../ffi/mod.ts";
import { findWeights, loadModel } from "../run/mod.ts";
import type { Loss } from "../nn/mod.ts";
import { isOnnxPath, type OnnxSource, readOnnx } from "./onnx_source.ts";
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

/** Evaluates a run, a weights file or a file of ONNX that wick wrote, and prints the figures. */
export async function evaluateCommand(
  path: string,
  given: Partial<Flags>,
  print: (text: string) => void,
  page: Page,
): Promise<void> {
  const flags = evaluateFlagsSchema.parse(given);
  configureThreads(flags.threads);
  const source = await findModel(path, flags.model);
  const set = await loadSplit(source, flags, given.data);
  using model = source.load(flags.device);
  const result = evaluate(model, set, { ...flags, loss: source.loss });
  if (source.changed !== undefined) warn(source.changed);
  print(flags.json ? jsonOf(source, set, result) : textOf(source, set, result, page));
}

/** What is evaluated. */
interface Evaluated extends OnnxSource {
  /** The cross-entropy by default. */
  readonly loss?: Loss;
}

/** Finds a model: that of a run or of a weights file, or a file of ONNX. */
async function findModel(path: string, asked: string | undefined): Promise<Evaluated> {
  if (isOnnxPath(path)) {
    if (asked === undefined) return readOnnx(path);
    throw new UsageError("--model is for weights files: a file of ONNX has its model in it");
  }
  const source = await findWeights(path, asked);
  const { config, model, ...known } = source;
  const loss = config && { config, loss: lossOf(config, model) };
  return {
    ...known,
    ...loss,
    name: model.name,
    load: (device) => loadModel(source, device),
  };
}

/** The images that were asked for, which the model must be able to see. */
async function loadSplit(
  source: Evaluated,
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
  { config }: Evaluated,
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
  { path, name, epoch }: Evaluated,
  set: ImageSet,
  result: Evaluation,
  page: Page,
) {
  const named = metrics.map((metric) => ({ ...metric, key: metric.label }));
  const figures = logged(named, byLabel(result), result).join("  ");
  const mark = markOf(set.name);
  const of = epoch === undefined ? "" : `, best epoch ${epoch}`;
  return [
    `${name} of ${printable(path)}${of}`,
    `${set.name}  ${figures}${mark}`,
    "",
    scoreTable(result, set.classes),
    "",
    confusionTable(result, set.classes, page),
  ].join("\n");
}

function jsonOf({ path, name, epoch }: Evaluated, set: ImageSet, result: Evaluation): string {
  const { correct, count, confusion } = result;
  const scores = classScores(confusion, set.classes);
  const content = {
    path,
    model: name,
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
