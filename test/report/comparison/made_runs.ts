import { type ImageSet, imageSet } from "../../../src/data/image_set.ts";
import type { Results } from "../../../src/run/results.ts";
import type { EvaluatedRun } from "../../../src/report/comparison/evaluated_run.ts";
import { completeConfig, type TrainSettings } from "../../../src/config/config.ts";

/** Twelve test images of three classes, four of each. */
export const test: ImageSet = imageSet(
  "synthetic/test",
  Uint8Array.from({ length: 12 * 784 }, (_, i) => i % 256),
  Uint8Array.from({ length: 12 }, (_, i) => Math.floor(i / 4)),
  { channels: 1, height: 28, width: 28, classes: ["coat, long", "bag", "shoe"] },
);

/** A run that says `predicted` of the test images, a digit each, surer the later the image. */
export function madeRun(
  settings: Partial<TrainSettings>,
  predicted: string,
  changes: Partial<EvaluatedRun> & { readonly sha256?: string } = {},
): EvaluatedRun {
  const config = completeConfig({ model: "linear", ...settings }, "synthetic");
  const classes = Uint8Array.from(predicted, Number);
  const correct = [...classes].map((label, i) => label === test.labels[i]);
  const right = correct.filter((is) => is).length;
  const epochs = [1, 2].map((epoch) => ({
    ...{ epoch, step: epoch, lr: 0.1, train_loss: 1 / epoch, train_acc: 0.5 },
    ...{ val_loss: 2 / epoch, val_acc: 0.25 * epoch },
  }));
  const digest = "0".repeat(64);
  const results: Results = {
    ...{ wick: "0", config, epochs, confusion_matrix: [] },
    ...{ test_loss: 1 - right / 100, test_acc: right / 12, test_correct: right, test_count: 12 },
    ...{ weights_sha256: digest, best_weights_sha256: digest },
    data_sha256: { "synthetic/test": changes.sha256 ?? digest },
  };
  return {
    folder: `runs/${config.model}-s${config.seed}`,
    results,
    predictions: {
      predicted: classes,
      confidence: Float32Array.from(classes, (_, i) => 0.5 + i / 64),
      correct,
      probabilities: new Float32Array(36),
    },
    ...{ parameters: 7850, weightsBytes: 32_000, trainingSeconds: 10, imagesPerSecond: 5000 },
    machine: "cpu, test, 2 threads",
    ...changes,
  };
}
