import { fashionMnist, syntheticSet, type TrainingData } from "../../src/data/mod.ts";
import { UserError } from "../../src/errors.ts";
import { named } from "../../src/settings/mod.ts";
import { models } from "../../src/models/mod.ts";
import { Random } from "../../src/tensor/mod.ts";
import { liveTensors } from "../../src/ffi/mod.ts";
import { completeConfig, contradiction, type TrainSettings } from "../../src/config/mod.ts";
import { fit, recipeOf, withInput } from "../../src/train/mod.ts";

/** Settings with their values; the first one stands for most. */
const choices: Readonly<Record<string, readonly unknown[]>> = {
  model: ["linear", "nonlinear", "cnn"],
  batchSize: [1, 2, 3, 4, 5, 7, 8, 15, 16, 17, 31, 32, 33, 64, 200],
  epochs: [1, 2],
  opt: ["sgd", "adam", "adamw", "rmsprop", "lion", "muon"],
  lr: [undefined, 1e-3, 1, 1000],
  momentum: [undefined, undefined, 0.9],
  nesterov: [undefined, undefined, true],
  weightDecay: [undefined, 0.1, 10],
  lrScheduler: [
    "cosine",
    "constant",
    "step",
    "one-cycle",
    "cosine-restarts",
    "trapezoid",
    "polynomial",
    "plateau",
  ],
  lrWarmupEpochs: [0, 0, 1],
  labelSmoothing: [0, 0.1, 0.99],
  clipGradNorm: [0, 1e-30, 0.01, 1, 1e30],
  hflip: [false, true],
  cropPadding: [0, 1, 14],
  randomErase: [0, 0.5, 1],
  decayWeightsOnly: [false, true],
  biasLrFactor: [1, 1, 64],
  lookaheadSteps: [0, 0, 1, 3],
  accumulate: [1, 1, 2, 5],
  ema: [0, 0, 0.9],
  overfitBatches: [0, 0, 2],
  alternatingFlip: [false, false, true],
  cutout: [0, 1, 40],
  rotate: [0, 0, 180],
  translate: [0, 0, 1],
  zoom: [0, 0, 0.99],
  shear: [0, 0, 89],
  brightness: [0, 0, 100],
  contrast: [0, 0, 1],
  mixup: [0, 0, 0.001, 1],
  cutmix: [0, 0, 1, 100],
  normalize: ["none", "none", "0.3:0.3"],
  tta: ["none", "mirror"],
  earlyStopping: [0, 1],
  bestBy: ["accuracy", "loss"],
  seed: [1, 2, 2 ** 32 - 1],
};

/**
 * Trains `count` small models with settings drawn at random; each has to end well, or with one sentence where its
 * numbers leave the range of f32. Returns how many ended in which way.
 */
export async function trainAtRandom(seed: number, count: number) {
  const sets = [1, 17, 40, 60].map((images): TrainingData => ({
    train: syntheticSet("train", images),
    validation: syntheticSet("validation", images),
    source: "synthetic",
    digests: {},
  }));
  const seen = new Set<TrainingData>();
  let [trained, refused] = [0, 0];
  for (let index = 0; trained + refused < count; index++) {
    const words = new Random(seed, "test/trainings", 0, index).bits(60);
    let next = 0;
    const values = Object.entries(choices).map((
      [name, values],
    ) => [name, values[words[next++]! % values.length]]);
    const drawn: TrainSettings = Object.fromEntries(
      values.filter(([, value]) => value !== undefined),
    );
    if (contradiction(drawn) !== undefined) continue;
    const config = completeConfig(drawn, "synthetic");
    const hidden = [1, 2, 3, 8, 10, 13][words[next++]! % 6];
    const data = sets[words[next++]! % sets.length]!;
    const before = liveTensors();
    let isTrained = false;
    try {
      const spec = named("model", models, config.model);
      const plain = spec.of("hidden" in spec.settings ? { hidden } : {}, fashionMnist);
      const model = withInput(plain, config);
      using _fitted = await fit({ model, data, ...recipeOf(config) });
      trained++;
      isTrained = true;
    } catch (error) {
      if (!(error instanceof UserError) || error.message.includes("\n")) {
        throw new Error(`training ${index} of seed ${seed}: ${JSON.stringify(drawn)}`, {
          cause: error,
        });
      }
      refused++;
    }
    // The images of each set stay in memory from the first training on that came to validation.
    const more = liveTensors() - before;
    if (more !== 0 && seen.has(data)) {
      throw new Error(`training ${index} of seed ${seed} leaves ${more} tensors`);
    }
    if (isTrained) seen.add(data);
  }
  return { trained, refused };
}
