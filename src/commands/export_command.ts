import { z } from "zod";
import { models } from "../models/mod.ts";
import { namesOf } from "../settings/mod.ts";
import { configRecord } from "../config/mod.ts";
import { UsageError, warn } from "../errors.ts";
import {
  checkOnnx,
  classifierPage,
  type ModelForm,
  onnxModel,
  torchScript,
} from "../export/mod.ts";
import { printable } from "../printable.ts";
import { findWeights, loadModel, type WeightsSource } from "../run/mod.ts";
import { diskFiles, encodeNpz, storedTensors, weightsDigest, writeFile } from "../storage/mod.ts";
import { version } from "../version.ts";

const file = (ending: string, what: string) =>
  z.string().regex(new RegExp(`\\.${ending}$`, "i"), { error: `must end in .${ending}` }).optional()
    .meta({ placeholder: `FILE.${ending}` }).describe(what);

/** Flags of `export`. */
export const exportFlagsSchema = z.strictObject({
  onnx: file("onnx", "write the model as ONNX"),
  torch: file("py", "write the model as a PyTorch module with its weights, one Python file"),
  html: file("html", "write a page that classifies drawings and pictures in a browser"),
  npz: file("npz", "write the weights as NumPy's archive"),
  uint8: z.boolean().optional()
    .describe("the model takes pixels 0 to 255 as uint8, instead of f32 from 0 to 1"),
  probabilities: z.boolean().optional()
    .describe("the model gives probabilities (softmax), instead of scores"),
  model: z.string().min(1).optional().meta({ placeholder: "NAME|MODULE.ts" })
    .describe(
      `model of a weights file that does not say it: ${namesOf(models).join(", ")}, a module`,
    ),
});
type Flags = z.output<typeof exportFlagsSchema>;

/** Writes a trained model as files that other programs read, and prints what they hold. */
export async function exportCommand(
  path: string,
  flags: Flags,
  print: (text: string) => void,
): Promise<void> {
  const { onnx, torch, html, npz, uint8, probabilities } = flags;
  if ((onnx ?? torch ?? html ?? npz) === undefined) {
    throw new UsageError(
      "What to write? --onnx FILE.onnx, --torch FILE.py, --html FILE.html or --npz FILE.npz",
    );
  }
  const form: ModelForm = { uint8, probabilities };
  const asked = uint8 ? "--uint8" : probabilities ? "--probabilities" : undefined;
  if (asked && onnx === undefined && torch === undefined) {
    throw new UsageError(`${asked} is for --onnx and --torch alone`);
  }
  const source = await findWeights(path, flags.model);
  if (source.changed !== undefined) warn(source.changed);
  using model = loadModel(source);
  const { format } = source;
  const weights = storedTensors([...model.parameters, ...model.buffers]);
  const files: [path: string, content: Uint8Array | string, what: string][] = [];
  if (torch) {
    const text = torchScript(model, { format, ...form });
    files.push([torch, text, `PyTorch, load() gives the module, ${formText(source, form)}`]);
  }
  if (html) {
    const page = classifierPage(model, { name: source.model.name, format });
    files.push([html, page, "a page for a browser, which needs no server"]);
  }
  if (onnx ?? torch ?? html) { // last: what a layer has no form in is named by what was asked for
    const content = onnxModel(model, { format, ...form, metadata: metadataOf(source) });
    checkOnnx(content, model, format);
    if (onnx) files.unshift([onnx, content, `ONNX, ${formText(source, form)}`]);
  }
  if (npz) files.push([npz, encodeNpz(weights), "NumPy, an array for each tensor of the weights"]);
  for (const [path, content, what] of files) {
    writeFile(diskFiles, path, content);
    print(`${printable(path)}: ${what}`);
  }
  print(`weights' SHA-256 ${weightsDigest(weights)}`);
}

/** What a run knows of its model beyond the graph. */
function metadataOf(source: WeightsSource): Record<string, string> {
  const { model, config, epoch, dataDigests } = source;
  return {
    wick: version,
    model: model.name,
    ...(config && { config: JSON.stringify(configRecord(config)) }),
    ...(epoch !== undefined && { epoch: String(epoch) }),
    ...(dataDigests && { data_sha256: JSON.stringify(dataDigests) }),
    ...(model.loss && { loss: "the model's own" }),
  };
}

function formText({ format }: WeightsSource, { uint8, probabilities }: ModelForm): string {
  const { channels, height, width, classes } = format;
  const images = uint8 ? "pixels as uint8" : "f32 from 0 to 1";
  return `images [batch, ${channels}, ${height}, ${width}] (${images}) to ` +
    `${probabilities ? "probabilities" : "scores"} [batch, ${classes.length}]`;
}
