/**
 * A model of one's own, trained on data of one's own: a CSV file as MNIST is often handed around, a
 * line an image, `label,pixel,pixel,...` with 784 gray values of 0 (background) to 255.
 *
 *     deno run --allow-read --allow-write --allow-ffi --allow-env=WICK_LIBRARY examples/own_data.ts IMAGES.csv WEIGHTS.safetensors
 */

import {
  adamw,
  batchNorm2d,
  conv2d,
  dropout,
  encodeSafetensors,
  fit,
  flatten,
  type ImageSet,
  imageSet,
  type Layer,
  linear,
  maxPool2d,
  Random,
  relu,
  residual,
  sequential,
  storedTensors,
  subset,
} from "@wick/wick";

/** Reads the images; the labels may be any words. Throws an Error that names a line that is wrong. */
export function readCsv(path: string): ImageSet {
  const lines = Deno.readTextFileSync(path).trim().split(/\r?\n/);
  const rows = lines.map((line) => line.split(","));
  const classes = [...new Set(rows.map(([label]) => label))].sort();
  const images = new Uint8Array(rows.length * 784);
  rows.forEach(([, ...pixels], i) => {
    const values = pixels.map(Number);
    const valid = values.every((value) => Number.isInteger(value) && value >= 0 && value <= 255);
    if (values.length !== 784 || !valid) {
      throw new Error(`${path}, line ${i + 1}: not a label and 784 numbers from 0 to 255`);
    }
    images.set(values, i * 784);
  });
  const labels = Uint8Array.from(rows, ([label]) => classes.indexOf(label));
  return imageSet(path, images, labels, { channels: 1, height: 28, width: 28, classes });
}

/** A small residual network. */
export const network = (classes: number): Layer =>
  sequential(
    conv2d(1, 8, { kernel: 3, padding: 1 }),
    batchNorm2d(8),
    relu,
    maxPool2d(2),
    residual(conv2d(8, 8, { kernel: 3, padding: 1 }), batchNorm2d(8), relu),
    maxPool2d(2),
    flatten,
    dropout(0.1),
    linear(8 * 7 * 7, classes),
  );

if (import.meta.main) {
  const [csv, weights] = Deno.args;
  const all = readCsv(csv);
  const order = new Random(42, "split").permutation(all.count);
  const held = Math.floor(all.count / 5);
  const validation = subset(all, "validation", order.subarray(0, held));
  const train = subset(all, "training", order.subarray(held));

  using fitted = await fit({
    model: network(all.classes.length),
    data: { train, validation },
    optimizer: adamw({ lr: 0.003 }),
    epochs: 3,
  });
  for (const { epoch, val_acc = NaN } of fitted.history) {
    console.log(`epoch ${epoch}  val_acc ${val_acc.toFixed(4)} (${validation.count} images)`);
  }
  const { parameters, buffers } = fitted.model;
  const tensors = storedTensors([...parameters, ...buffers]);
  Deno.writeFileSync(weights, encodeSafetensors(tensors, { classes: all.classes.join() }));
}
