import { z } from "zod";
import { models } from "../models/mod.ts";
import { namesOf } from "../settings/mod.ts";
import { configSchema, optionsSchema } from "../config/mod.ts";
import { UsageError, UserError } from "../errors.ts";
import { encodePng, grounds, interleaved, isPlain, type Picture } from "../image/mod.ts";
import { printable } from "../printable.ts";
import { diskFiles, writeFile } from "../storage/mod.ts";
import { configureThreads } from "../ffi/mod.ts";
import { findWeights, loadModel, type SeenFormat } from "../run/mod.ts";
import type { Module } from "../nn/mod.ts";
import {
  classify,
  type Input,
  readInputs,
  saliency,
  saliencyPng,
  saliencySvg,
  seenImage,
  terminalPicture,
} from "../predict/mod.ts";
import {
  type Prediction,
  predictionJson,
  predictionTable,
  type Seen,
  warningOf,
} from "./prediction_text.ts";

const picturePath = (...endings: string[]) =>
  z.string().regex(new RegExp(`\\.(${endings.join("|")})$`, "i"), {
    error: `must end in .${endings.join(" or .")}`,
  });

/** Flags of `predict`. */
export const predictFlagsSchema = z.strictObject({
  top: z.int().min(1).max(256)
    .describe("classes to name, likeliest first").default(3),
  json: z.boolean().optional().describe("print JSON"),
  raw: z.boolean().optional()
    .describe("take a picture as it is, only scaled to the size the model sees"),
  ground: z.enum(grounds).describe("what lies behind the garment").default("auto"),
  show: z.boolean().optional().describe("show the image that the model sees"),
  seen: picturePath("png").optional()
    .describe("write the image that the model sees (.png; of one image)"),
  saliency: picturePath("png", "svg").optional()
    .describe("write which pixels move the score most (.png or .svg; of one image)"),
  model: z.string().min(1).optional().meta({ placeholder: "NAME|MODULE.ts" })
    .describe(
      `model of a weights file that does not say it: ${namesOf(models).join(", ")}, a module`,
    ),
  device: configSchema.shape.device,
  threads: optionsSchema.shape.threads,
});
/** What the user said on the command line. */
export type PredictFlags = Partial<Flags>;
type Flags = z.output<typeof predictFlagsSchema>;

/** Pictures that are predicted together. */
const batchSize = 250;

/** Where a command's words go. */
export interface Output {
  readonly print: (text: string) => void;
  readonly complain: (text: string) => void;
  readonly colour: boolean;
}

/**
 * Predicts the class of each picture and prints the likeliest ones. What cannot be read is named,
 * and the others follow; returns the exit code, 1 where that happened.
 */
export async function predictCommand(
  weights: string,
  paths: readonly string[],
  given: PredictFlags,
  output: Output,
): Promise<number> {
  const flags = predictFlagsSchema.parse(given);
  configureThreads(flags.threads);
  const source = await findWeights(weights, flags.model);
  if (source.changed !== undefined) output.complain(`warning: ${printable(source.changed)}`);
  const { isScaled } = source.format;
  if (isScaled && given.ground !== undefined) {
    throw new UsageError("--ground is for models of garments: this one's pictures are only scaled");
  }
  using model = loadModel(source, flags.device);
  const all: Prediction[] = [];
  for await (const batch of predictBatches(model, source.format, paths, flags)) {
    all.push(...batch);
    for (const one of batch) {
      const warning = warningOf(one);
      if ("error" in one) output.complain(`error: ${one.error}`);
      else if (warning !== undefined) {
        output.complain(`warning: ${printable(one.name)}: ${warning}`);
      }
    }
    if (!flags.json) show(batch, source.format, flags, output);
  }
  if (flags.json) output.print(predictionJson(source, all));
  if (flags.seen !== undefined || flags.saliency !== undefined) {
    writePictures(model, source.format, all, flags);
  }
  return all.some((one) => "error" in one) ? 1 : 0;
}

/** The predictions of all pictures, some of them at a time. */
async function* predictBatches(
  model: Module,
  format: SeenFormat,
  paths: readonly string[],
  flags: Flags,
): AsyncGenerator<Prediction[]> {
  let waiting: (Exclude<Input, { picture: Picture }> | Omit<Seen, "top">)[] = [];
  const predictWaiting = (): Prediction[] => {
    const images = waiting.flatMap((one) => "image" in one ? [one.image] : []);
    const { top, device } = flags;
    const tops = images.length === 0 ? [] : classify(model, images, top, format, device);
    const predictions = waiting.map((one) => {
      return "image" in one ? { ...one, top: tops.shift() ?? [] } : one;
    });
    waiting = [];
    return predictions;
  };
  for await (const input of readInputs(paths, format.channels === 3 ? 3 : 1)) {
    const { name } = input;
    if ("picture" in input) {
      const image = seenImage(input.picture, format, flags);
      waiting.push({ name, image, isPlain: isPlain(image) });
    } else waiting.push(input);
    if (waiting.length === batchSize) yield predictWaiting();
  }
  if (waiting.length > 0) yield predictWaiting();
}

function show(
  batch: readonly Prediction[],
  format: SeenFormat,
  flags: Flags,
  { print, colour }: Output,
): void {
  const lines = predictionTable(batch);
  for (const prediction of batch) {
    if (!("image" in prediction)) continue;
    print(lines.shift() ?? "");
    if (flags.show) print(terminalPicture(prediction.image, format, colour));
  }
}

/** Writes the pictures that were asked for of the one image there is. */
function writePictures(
  model: Module,
  format: SeenFormat,
  all: readonly Prediction[],
  flags: Flags,
): void {
  const inputs = all.filter((one) => !("leftOut" in one));
  const [only] = inputs;
  const flag = flags.seen === undefined ? "--saliency" : "--seen";
  if (inputs.length !== 1) {
    throw new UserError(`${flag} is for one image, not for ${inputs.length}`);
  }
  if (!("image" in only)) return;
  const { image, top: [{ name, label, probability }] } = only;
  if (flags.seen !== undefined) {
    const { width, channels } = format;
    writeFile(
      diskFiles,
      flags.seen,
      encodePng(interleaved(image, channels), width, channels === 1 ? 1 : 3),
    );
  }
  if (flags.saliency === undefined) return;
  const content = { image, saliency: saliency(model, image, label, format, flags.device), format };
  const isSvg = /\.svg$/i.test(flags.saliency);
  writeFile(
    diskFiles,
    flags.saliency,
    isSvg ? saliencySvg(content, name, probability) : saliencyPng(content),
  );
}
