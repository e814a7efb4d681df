/**
 * A model of one's own, trained on data of one's own: a CSV file as MNIST is often handed around, a
 * line an image, `label,pixel,pixel,...` with gray values of 0 (background) to 255, with or without
 * a header.
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
  type ImageFormat,
  type Layer,
  linear,
  maxPool2d,
  Random,
  readCsv,
  relu,
  residual,
  sequential,
  storedTensors,
  subset,
} from "@wick/wick";

/** A small residual network for gray images. */
const network = ({ height, width, classes }: ImageFormat): Layer =>
  sequential(
    conv2d(1, 8, { kernel: 3, padding: 1 }),
    batchNorm2d(8),
    relu,
    maxPool2d(2),
    residual(conv2d(8, 8, { kernel: 3, padding: 1 }), batchNorm2d(8), relu),
    maxPool2d(2),
    flatten,
    dropout(0.1),
    linear(8 * Math.floor(height / 4) * Math.floor(width / 4), classes.length),
  );

if (import.meta.main) {
  const [csv, weights] = Deno.args;
  const all = readCsv(Deno.readFileSync(csv), csv);
  const order = new Random(42, "split").permutation(all.count);
  const held = Math.floor(all.count / 5);
  const validation = subset(all, "validation", order.subarray(0, held));
  const train = subset(all, "training", order.subarray(held));

  using fitted = await fit({
    model: network(all),
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
