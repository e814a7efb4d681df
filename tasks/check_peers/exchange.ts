import { batches, type ImageSet, loadTest, loadTraining } from "../../src/data/mod.ts";
import { UserError } from "../../src/errors.ts";
import { noGradients, scope } from "../../src/tensor/mod.ts";
import { evaluateCommand } from "../../src/commands/evaluate_command.ts";
import { silentScreen } from "../../src/cli/mod.ts";
import { decodeSafetensors, encodeSafetensors, type StoredTensor } from "../../src/storage/mod.ts";
import { trainCommand } from "../../src/commands/train_command.ts";
import { findWeights, loadModel } from "../../src/run/mod.ts";
import type { PyTorch } from "./pytorch.ts";

/** How one side's weights did on both sides. */
export interface Exchange {
  readonly model: string;
  readonly trainedIn: "wick" | "pytorch";
  /** How many test images each side puts into the right class. */
  readonly correct: { readonly wick: number; readonly pytorch: number };
  readonly count: number;
  /** The largest difference between a logit here and there. */
  readonly difference: number;
  /** How far each side's logits are from those in float64 at most: what rounding alone does. */
  readonly rounding: { readonly wick: number; readonly pytorch: number };
  /** The largest logit, which all this is to be seen against. */
  readonly largest: number;
  readonly version: string;
}

/** Which images: a data set, its folder, and how many of the training images. */
export interface Options {
  readonly data: string;
  readonly dataDir?: string;
  readonly trainSize?: number;
}

/** Trains a model on both sides, and lets each side make of the test images what it does. */
export async function exchange(model: string, pytorch: PyTorch, options: Options) {
  const folder = await Deno.makeTempDir({ prefix: "wick-peers-" });
  try {
    const { trainSize: _, ...where } = options;
    const { train } = await loadTraining(options);
    const test = await loadTest(where);
    await Deno.writeFile(`${folder}/images.safetensors`, encodeImages(train, test));
    const runs = `${folder}/runs`;
    await trainCommand({ model, epochs: 1, outputDir: runs, ...options }, silentScreen);
    const [run] = [...Deno.readDirSync(runs)].map(({ name }) => `${runs}/${name}`);
    const weights = {
      wick: `${run}/checkpoints/best.safetensors`,
      pytorch: `${folder}/pytorch.safetensors`,
    };
    const images = `${folder}/images.safetensors`;
    const version = await pytorch(model, weights.wick, images, folder);
    const there = decodeSafetensors(await Deno.readFile(`${folder}/logits.safetensors`)).tensors;
    const exchanges: Exchange[] = [];
    for (const trainedIn of ["wick", "pytorch"] as const) {
      const theirs = new Float32Array(bytesOf(there, trainedIn));
      const exact = new Float64Array(bytesOf(there, `${trainedIn}_exact`));
      const ours = await logits(weights[trainedIn], model, test);
      const correct = {
        wick: await evaluated(weights[trainedIn], model, where),
        pytorch: countCorrect(theirs, test),
      };
      exchanges.push({
        model,
        trainedIn,
        correct,
        count: test.count,
        difference: largestDifference(ours, theirs),
        rounding: {
          wick: largestDifference(ours, exact),
          pytorch: largestDifference(theirs, exact),
        },
        largest: exact.reduce((most, x) => Math.max(most, Math.abs(x)), 0),
        version,
      });
    }
    return exchanges;
  } finally {
    await Deno.remove(folder, { recursive: true });
  }
}

/** The bytes of a tensor, in a buffer of their own. */
function bytesOf(tensors: readonly StoredTensor[], name: string): ArrayBuffer {
  const found = tensors.find((tensor) => tensor.name === name);
  if (found === undefined) throw new UserError(`PyTorch gave no logits ${name}`);
  return Uint8Array.from(found.bytes).buffer;
}

const largestDifference = (a: Float32Array, b: Float32Array | Float64Array): number =>
  a.reduce((most, x, i) => Math.max(most, Math.abs(x - b[i])), 0);

function encodeImages(train: ImageSet, test: ImageSet): Uint8Array<ArrayBuffer> {
  const pixels = (name: string, { images, count }: ImageSet) =>
    ({ name, dtype: "U8", shape: [count, 28, 28], bytes: images }) as const;
  return encodeSafetensors([
    pixels("train_images", train),
    pixels("test_images", test),
    { name: "train_labels", dtype: "U8", shape: [train.count], bytes: train.labels },
  ]);
}

/** What `deno task evaluate WEIGHTS --model NAME` counts. */
async function evaluated(
  weights: string,
  model: string,
  options: Omit<Options, "trainSize">,
): Promise<number> {
  let printed = "";
  const print = (text: string) => printed += text;
  await evaluateCommand(weights, { model, json: true, ...options }, print, {
    colour: false,
    columns: Infinity,
  });
  return JSON.parse(printed).correct;
}

/** `[count * 10]`, by the weights in a file. */
async function logits(
  weights: string,
  model: string,
  test: ImageSet,
): Promise<Float32Array> {
  using module = loadModel(await findWeights(weights, model));
  const all: number[] = [];
  for (const { images } of batches(test, 250)) {
    scope(() => noGradients(() => all.push(...module.forward(images).numbers())));
  }
  return Float32Array.from(all);
}

/** How many of `[count * 10]` logits are largest at the label, the first of equal ones. */
function countCorrect(logits: Float32Array, { labels, count }: ImageSet): number {
  let correct = 0;
  for (let i = 0; i < count; i++) {
    const row = logits.subarray(i * 10, i * 10 + 10);
    if (row.indexOf(row.reduce((most, x) => Math.max(most, x))) === labels[i]) correct++;
  }
  return correct;
}
