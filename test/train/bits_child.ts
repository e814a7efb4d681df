/**
 * Trains every model with SGD and AdamW for a few steps and prints the SHA-256 of the weights: one process,
 * one instruction set (`WICK_ISA`), one number of threads (the argument). Trainings with further
 * parts of a recipe follow.
 */
import { native } from "../../src/ffi/mod.ts";
import { cnn, linear, nonlinear } from "../../src/models/mod.ts";
import {
  adamw,
  batchNorm1d,
  batchNorm2d,
  build,
  conv2d,
  crossEntropy,
  dropout,
  flatten,
  type Layer,
  linear as dense,
  maxPool2d,
  type Optimizer,
  relu,
  sequential,
  sgd,
} from "../../src/nn/mod.ts";
import { gradients, Random, scope, Tensor } from "../../src/tensor/mod.ts";
import { storedTensors } from "../../src/storage/stored_tensors.ts";
import type { TrainSettings } from "../../src/config/mod.ts";
import { modelOf, Pace, train, TrainingState } from "../../src/train/mod.ts";
import { config, data, recipe } from "./fixtures.ts";
import { weightsDigest } from "../../src/storage/weights_digest.ts";

const optimizers: readonly Optimizer[] = [
  sgd({ lr: 0.05, momentum: 0.9, weightDecay: 1e-3 }),
  adamw({ lr: 0.003, weightDecay: 0.01 }),
];

/** 37 images: no whole number of vectors. */
const BATCH = 37;

const models: Readonly<Record<string, { steps: number; layer: () => Layer }>> = {
  linear: { steps: 10, layer: linear },
  nonlinear: { steps: 10, layer: nonlinear },
  cnn: { steps: 3, layer: cnn },
  // With that many channels convolutions have another definition.
  "cnn of 16 channels": { steps: 2, layer: () => cnn({ hidden: 16 }) },
  "batch norm and dropout": { steps: 3, layer: normalized },
  "deep-mlp": network("deep-mlp", { hidden: 512 }),
  vgg: network("vgg"),
  resnet: network("resnet", { stochasticDepth: 0.5 }),
  mobilenet: network("mobilenet"),
  convnext: network("convnext"),
};

/** A network as it is used. */
function network(model: string, settings = {}): { steps: number; layer: () => Layer } {
  return { steps: 1, layer: () => modelOf(config({ model, ...settings })) };
}

/** A batch norm behind a convolution and one behind a linear layer, with a ReLU and without. */
function normalized(): Layer {
  return sequential(
    conv2d(1, 3, { kernel: 3 }),
    batchNorm2d(3),
    relu,
    maxPool2d(2),
    conv2d(3, 4, { kernel: 3, stride: 2, bias: false }),
    batchNorm2d(4),
    flatten,
    dropout(0.3),
    dense(144, 20),
    batchNorm1d(20),
    relu,
    dense(20, 10),
  );
}

native.wick_configure(Number(Deno.args[0]));
for (const model of Object.keys(models)) {
  for (const optimizer of optimizers) {
    console.log(model, optimizer.name, digest(model, optimizer));
  }
}

// What a recipe may have besides, in a training of 10 steps with all that it leaves.
const parts: readonly Partial<TrainSettings>[] = [
  {
    opt: "lion",
    lr: 0.001,
    decayWeightsOnly: true,
    biasLrFactor: 2,
    ema: 0.9,
    accumulate: 4,
    batchSize: 4,
  },
  { opt: "muon", lookaheadSteps: 3, ema: 0.5, lrScheduler: "polynomial", lrPower: 0.7 },
  { opt: "sgd", lrScheduler: "plateau", lrPatience: 0, lrThreshold: 0.5, overfitBatches: 3 },
  { opt: "sgd", lrScheduler: "cosine-restarts", lrPeriod: 1 },
  { opt: "sgd", lrScheduler: "trapezoid", lrWarmupEpochs: 1 },
  { opt: "adam", shards: 3, ema: 0.5, accumulate: 2, batchSize: 12, mixup: 0.4 },
];
for (const settings of parts) {
  const cnn = modelOf(config({ model: "cnn", hidden: 4 }));
  const model = settings.shards ? normalized() : cnn; // with statistics and chance of each shard
  using state = new TrainingState(model, recipe(settings), data.train.count);
  await train(state, data, {}, new Pace());
  const { opt, lrScheduler = "" } = settings;
  const name = opt === "sgd" ? `${opt}, ${lrScheduler}` : opt;
  console.log("recipe", name, weightsDigest(state.checkpoint().tensors));
}

function digest(name: string, chosen: Optimizer): string {
  const { steps, layer } = models[name];
  const chance = new Random(7, "synthetic");
  using model = build(layer(), new Random(1, "init"));
  using optimizer = chosen.init(model.parameters);
  for (let step = 0; step < steps; step++) {
    scope(() => {
      const images = chance.at({ epoch: step }).uniform([BATCH, 1, 28, 28], 0, 1);
      const classes = chance.at({ epoch: step, index: 1 }).bits(BATCH).map((word) => word % 10);
      const labels = Tensor.from(classes, [BATCH], { dtype: "u32" });
      const mode = { training: true, random: chance.child("dropout").at({ epoch: step }) };
      const loss = crossEntropy(model.forward(images, mode), labels);
      optimizer.step(gradients(loss, model.parameters.map(({ tensor }) => tensor)));
    });
  }
  return weightsDigest(storedTensors([...model.parameters, ...model.buffers]));
}
