/** Trains with every part of a recipe that changes images or leaves out layers; prints a SHA-256. */
import { native } from "../../src/ffi/mod.ts";
import { fit } from "../../src/train/mod.ts";
import { crossEntropyLoss, mixing, sgd } from "../../src/nn/mod.ts";
import {
  augmentedLayer,
  augmentedSettings,
  colourLayer,
  colours,
  colourSettings,
  data,
  recipe,
} from "./fixtures.ts";

native.wick_configure(Number(Deno.args[0]));
const { augmentation, schedule, bestBy, seed, device } = recipe(augmentedSettings);
using fitted = await fit({
  model: augmentedLayer,
  data,
  optimizer: sgd({ lr: 0.05, momentum: 0.9 }),
  loss: crossEntropyLoss({ labelSmoothing: 0.1 }),
  step: mixing(augmentedSettings),
  ...{ augmentation, schedule, bestBy, seed, device },
  epochs: 2,
  batchSize: 16,
});
using coloured = await fit({
  model: colourLayer,
  data: colours,
  optimizer: sgd({ lr: 0.05 }),
  ...{ augmentation: colourSettings, schedule, bestBy, seed, device },
  epochs: 2,
  batchSize: 16,
});
for (const { best: { val_loss = NaN }, weightsSha256 } of [fitted, coloured]) {
  console.log(weightsSha256, val_loss);
}
