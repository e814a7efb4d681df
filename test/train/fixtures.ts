import {
  type ImageSet,
  imageSet,
  syntheticSet,
  type TestData,
  type TrainingData,
} from "../../src/data/mod.ts";
import {
  batchNorm1d,
  conv2d,
  dropout,
  flatten,
  type Layer,
  linear,
  relu,
  residual,
  sequential,
} from "../../src/nn/mod.ts";
import { completeConfig, type TrainConfig, type TrainSettings } from "../../src/config/config.ts";
import type { Environment } from "../../src/run/environment.ts";
import { train } from "../../src/train/loop.ts";
import { Pace } from "../../src/train/pace.ts";
import { silentScreen } from "../../src/cli/progress.ts";
import { RunRecorder } from "../../src/run/recorder.ts";
import type { Run } from "../../src/run/run.ts";
import { type Recipe, recipeOf } from "../../src/train/recipe.ts";
import { withInput } from "../../src/train/input.ts";
import { TrainingState } from "../../src/train/state.ts";

/** Small parts of the synthetic set: 5 steps of 16 images an epoch, the last one partial. */
export const data: TrainingData = {
  train: syntheticSet("train", 70),
  validation: syntheticSet("validation", 40),
  source: "synthetic",
  digests: {},
};

/** Images of its test part. */
export const test: TestData = { ...syntheticSet("test", 30), source: "synthetic", digests: {} };

/** A small model with everything that has a state: dropout, running statistics, weights. */
export const layer: Layer = sequential(
  flatten,
  linear(784, 12),
  batchNorm1d(12),
  relu,
  dropout(0.3),
  linear(12, 10),
);

/** Every part of a recipe that changes images, for images of one channel. */
export const augmentedSettings = {
  ...{ alternatingFlip: true, cropPadding: 2, randomErase: 0.3, cutout: 5 },
  ...{ rotate: 15, translate: 0.1, zoom: 0.1, shear: 5, brightness: 0.2, contrast: 0.2 },
  ...{ mixup: 0.4, cutmix: 1, labelSmoothing: 0.1, normalize: "0.286:0.353", tta: "mirror" },
} as const satisfies Partial<TrainSettings>;

/** A small model with stochastic depth for them. */
export const augmentedLayer: Layer = withInput(
  sequential(
    conv2d(1, 4, { kernel: 3, stride: 4 }),
    relu,
    residual({ dropRate: 0.4 }, conv2d(4, 4, { kernel: 3, padding: 1 }), relu),
    flatten,
    linear(196, 10),
  ),
  augmentedSettings,
);

/** The same images in three channels, each of another brightness. */
export const colours: TrainingData = {
  ...data,
  train: inColours(data.train),
  validation: inColours(data.validation!),
};

function inColours({ name, images, labels, classes, height, width }: ImageSet): ImageSet {
  const size = height * width;
  const pixels = Uint8Array.from({ length: 3 * images.length }, (_, i) => {
    const [image, channel] = [Math.floor(i / (3 * size)), Math.floor(i / size) % 3];
    return images[image * size + i % size] >> channel;
  });
  return imageSet(name, pixels, labels, { channels: 3, height, width, classes });
}

/** What changes the colours of images. */
export const colourSettings = { brightness: 0.2, contrast: 0.2, saturation: 0.5 } as const;

/** A small model for them. */
export const colourLayer: Layer = sequential(flatten, linear(2352, 10));

/** A config of two epochs for these data. */
export function config(settings: Partial<TrainSettings> = {}): TrainConfig {
  const small = { model: "nonlinear", hidden: 12, epochs: 2, batchSize: 16 } as const;
  return completeConfig({ ...small, ...settings }, "synthetic");
}

/** The recipe of such a config. */
export const recipe = (settings?: Partial<TrainSettings>): Recipe => recipeOf(config(settings));

/** An environment that is the same everywhere. */
export const environment: Environment = {
  time: "2026-01-01T00:00:00.000Z",
  wick: "0",
  deno: "0",
  candle: "0",
  library_sha256: "0",
  commit: null,
  dirty: null,
  os: "test",
  cpu: null,
  instruction_set: "test",
  threads: 1,
  device: "cpu",
  data_sha256: {},
  reproducible: "test",
};

/** Trains a run on these data from its last checkpoint until it is complete or `stopAt` steps are done. */
export async function trainTo(
  run: Run,
  stopAt = Infinity,
  checkpointEvery?: string,
  model = layer,
  set = data,
) {
  using state = new TrainingState(model, recipeOf(run.config), set.train.count);
  const saved = run.checkpoints.load(() => undefined, () => {});
  if (saved !== undefined) state.restore(saved);
  run.rewind(state.history);
  const signals = {
    get received() {
      return state.step >= stopAt ? "SIGINT" as const : undefined;
    },
  };
  const pace = new Pace({ signals, checkpointEvery });
  const complete = await train(state, set, new RunRecorder(run, silentScreen, pace), pace);
  return { complete, step: state.step, history: state.history };
}
