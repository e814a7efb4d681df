import { z } from "zod";
import { models } from "../models/mod.ts";
import { namesOf } from "../settings/mod.ts";
import { configSchema, optionsSchema } from "../config/mod.ts";
import { dataSets, type ImageFormat } from "../data/mod.ts";
import { messageOf, UserError } from "../errors.ts";
import { encodePng, grounds, imageSize, isPlain, type Picture, prepare } from "../image/mod.ts";
import { printable } from "../printable.ts";
import { diskFiles, writeAtomically } from "../storage/mod.ts";
import { configureThreads } from "../ffi/mod.ts";
import { findWeights, loadModel } from "../run/mod.ts";
import type { Module } from "../nn/mod.ts";
import {
  classify,
  type Input,
  readInputs,
  saliency,
  saliencyPng,
  saliencySvg,
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
  top: z.int().min(1).max(Math.max(...dataSets.map(({ classes }) => classes.length)))
    .describe("classes to name, likeliest first").default(3),
  json: z.boolean().optional().describe("print JSON"),
  raw: z.boolean().optional()
    .describe("take a picture as it is, only scaled to 28 x 28"),
  ground: z.enum(grounds).describe("what lies behind the garment").default("auto"),
  show: z.boolean().optional().describe("show the 28 x 28 that the model sees"),
  seen: picturePath("png").optional()
    .describe("write the 28 x 28 that the model sees (.png; of one image)"),
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
    if (!flags.json) show(batch, flags, output);
  }
  if (flags.json) output.print(predictionJson(source, all));
  if (flags.seen !== undefined || flags.saliency !== undefined) writePictures(model, all, flags);
  return all.some((one) => "error" in one) ? 1 : 0;
}

/** The predictions of all pictures, some of them at a time. */
async function* predictBatches(
  model: Module,
  format: ImageFormat,
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
  for await (const input of readInputs(paths)) {
    const { name } = input;
    if ("picture" in input) {
      const image = prepare(input.picture, flags);
      waiting.push({ name, image, isPlain: isPlain(image) });
    } else waiting.push(input);
    if (waiting.length === batchSize) yield predictWaiting();
  }
  if (waiting.length > 0) yield predictWaiting();
}

function show(batch: readonly Prediction[], flags: Flags, { print, colour }: Output): void {
  const lines = predictionTable(batch);
  for (const prediction of batch) {
    if (!("image" in prediction)) continue;
    print(lines.shift() ?? "");
    if (flags.show) print(terminalPicture(prediction.image, colour));
  }
}

/** Writes the pictures that were asked for of the one image there is. */
function writePictures(model: Module, all: readonly Prediction[], flags: Flags): void {
  const inputs = all.filter((one) => !("leftOut" in one));
  const [only] = inputs;
  const flag = flags.seen === undefined ? "--saliency" : "--seen";
  if (inputs.length !== 1) {
    throw new UserError(`${flag} is for one image, not for ${inputs.length}`);
  }
  if (!("image" in only)) return;
  const { image, top: [{ name, label, probability }] } = only;
  if (flags.seen !== undefined) write(flags.seen, encodePng(image.slice(), imageSize));
  if (flags.saliency === undefined) return;
  const slopes = saliency(model, image, label, flags.device);
  const isSvg = /\.svg$/i.test(flags.saliency);
  write(
    flags.saliency,
    isSvg ? saliencySvg(image, slopes, name, probability) : saliencyPng(image, slopes),
  );
}

function write(path: string, content: Uint8Array | string): void {
  try {
    writeAtomically(diskFiles, path, content);
  } catch (error) {
    throw new UserError(`Cannot write ${path}: ${messageOf(error)}`, { cause: error });
  }
}
