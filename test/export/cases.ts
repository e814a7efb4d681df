import type { ImageFormat } from "../../src/data/mod.ts";
import type { Module } from "../../src/nn/mod.ts";
import { type ModelForm, onnxModel } from "../../src/export/mod.ts";
import { encodeNpz, storedTensors } from "../../src/storage/mod.ts";
import { noGradients, scope, Tensor } from "../../src/tensor/mod.ts";

/** What `run_onnx.py` says of a file. */
export interface Found {
  readonly ir: number;
  readonly opset: number;
  readonly producer: readonly [string, string];
  readonly metadata: Readonly<Record<string, string>>;
  readonly input: readonly [name: string, type: string, shape: readonly (string | number)[]];
  readonly output: readonly [name: string, type: string, shape: readonly (string | number)[]];
  readonly operations: readonly string[];
  readonly sameWeights: boolean;
  /** The greatest distance of two scores. */
  readonly error: number;
  /** The greatest score. */
  readonly largest: number;
  readonly differentPredictions: number;
  /** The least distance of an image's greatest score from its second, onnxruntime's. */
  readonly leastMargin: number;
  readonly count: number;
}

/** The scores, or the probabilities, of pixels from 0 to 255, some at a time as `evaluate` has them. */
export function scoresOf(
  model: Module,
  pixels: Uint8Array,
  { channels, height, width, classes }: ImageFormat,
  { probabilities = false }: ModelForm = {},
): Float32Array<ArrayBuffer> {
  const [batch, size] = [250, channels * height * width];
  const count = pixels.length / size;
  const scores = new Float32Array(count * classes.length);
  for (let start = 0; start < count; start += batch) {
    scope(() =>
      noGradients(() => {
        const part = pixels.subarray(start * size, (start + batch) * size);
        const images = Tensor.from(unit(part), [part.length / size, channels, height, width]);
        const given = model.forward(images);
        scores.set((probabilities ? given.softmax(1) : given).numbers(), start * classes.length);
      })
    );
  }
  return scores;
}

const unit = (pixels: Uint8Array) => Float32Array.from(pixels, (pixel) => pixel / 255);

/**
 * Writes a model as `NAME.onnx`, and as `NAME.npz` its images, the scores of the first of them, the
 * predictions of all, where they are given, and its weights.
 */
export function writeCase(
  folder: string,
  name: string,
  model: Module,
  pixels: Uint8Array,
  format: ImageFormat,
  { predictions, scored, ...form }: ModelForm & {
    readonly predictions?: Uint8Array;
    readonly scored?: number;
  } = {},
): void {
  const { channels, height, width, classes } = format;
  const size = channels * height * width;
  const shape = [pixels.length / size, channels, height, width];
  const first = pixels.subarray(0, (scored ?? shape[0]) * size);
  const scores = scoresOf(model, first, format, form);
  const bytes = (values: Float32Array<ArrayBuffer>) => new Uint8Array(values.buffer);
  const weights = storedTensors([...model.parameters, ...model.buffers]);
  Deno.writeFileSync(`${folder}/${name}.onnx`, onnxModel(model, { format, ...form }));
  Deno.writeFileSync(
    `${folder}/${name}.npz`,
    encodeNpz([
      form.uint8
        ? { name: "images", dtype: "U8", shape, bytes: pixels }
        : { name: "images", dtype: "F32", shape, bytes: bytes(unit(pixels)) },
      {
        ...{ name: "scores", dtype: "F32", bytes: bytes(scores) },
        shape: [scores.length / classes.length, classes.length],
      },
      ...predictions
        ? [{
          ...{ name: "predictions", dtype: "U8" as const, bytes: predictions },
          shape: [predictions.length],
        }]
        : [],
      ...weights.map((tensor) => ({ ...tensor, name: `weights.${tensor.name}` })),
    ]),
  );
}
