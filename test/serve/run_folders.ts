import { completeConfig, type TrainConfig, type TrainSettings } from "../../src/config/config.ts";
import { configRecord, configText } from "../../src/config/config_file.ts";
import { dataSet } from "../../src/data/mod.ts";
import {
  bestEpoch,
  type EpochMetrics,
  metricsHeader,
  metricsRow,
} from "../../src/train/metrics.ts";

/** What a run folder is made to hold. */
export interface RunFolder {
  readonly settings?: Partial<TrainSettings>;
  readonly data?: TrainConfig["data"];
  /** Epochs that are complete. */
  readonly epochs?: number;
  readonly finished?: boolean;
}

/** Figures that look like a training's: an exact function of epoch and seed. */
export function metricsOf(epoch: number, seed: number): EpochMetrics {
  const loss = 0.3 + 0.6 / (epoch + seed % 7);
  const accuracy = Math.round((0.93 - loss / 4 - (epoch === 3 ? 0.01 : 0)) * 10000) / 10000;
  return {
    epoch,
    step: epoch * 32,
    lr: 0.1 / epoch,
    train_loss: loss,
    train_acc: accuracy,
    val_loss: loss + 0.04,
    val_acc: accuracy - 0.012,
  };
}

/** Writes a run folder as training leaves it, without training; returns its path. */
export function writeRun(parent: string, name: string, options: RunFolder = {}): string {
  const { settings, data = "synthetic", epochs = 4, finished = true } = options;
  const config = completeConfig(
    { model: "linear", epochs: 4, trainSize: 1000, ...settings },
    data,
  );
  const folder = `${parent}/${name}`;
  Deno.mkdirSync(`${folder}/checkpoints`, { recursive: true });
  Deno.writeTextFileSync(`${folder}/config.json`, configText(config));
  Deno.writeTextFileSync(`${folder}/environment.json`, '{ "deno": "2" }\n');
  Deno.writeTextFileSync(`${folder}/metrics.csv`, metricsHeader);
  for (let epoch = 1; epoch <= epochs; epoch++) addEpoch(folder, epoch, config.seed);
  if (finished) {
    const history = Array.from({ length: epochs }, (_, i) => metricsOf(i + 1, config.seed));
    const last = history[epochs - 1];
    const test_correct = 8000 + config.seed;
    const summary = {
      name,
      config: configRecord(config),
      data: dataSet(data).name,
      parameters: 7850,
      epochs,
      steps: last.step,
      stopped_early: epochs < config.epochs,
      best: bestEpoch(history, config.bestBy),
      last,
      test_loss: 0.4321,
      test_acc: test_correct / 10000,
      test_correct,
      test_count: 10000,
      confusion_matrix: [[test_correct, 0], [10000 - test_correct, 0]],
      classes: ["bag", "shoe"],
      weights_sha256: "0123456789abcdef".repeat(4),
      best_weights_sha256: "0123456789abcdef".repeat(4),
      data_sha256: {},
      times: { training_seconds: 1.5 * epochs, finished: "2026-01-01T00:01:00.000Z" },
    };
    Deno.writeTextFileSync(`${folder}/summary.json`, JSON.stringify(summary));
  }
  return folder;
}

/** Adds an epoch's row to a run's metrics.csv, as a training does. */
export function addEpoch(folder: string, epoch: number, seed: number): void {
  const row = metricsRow(metricsOf(epoch, seed), { seconds: 1.5, imagesPerSecond: 667 });
  Deno.writeTextFileSync(`${folder}/metrics.csv`, row, { append: true });
}

/** Makes a file as old as one that nobody writes any more. */
export function age(path: string): void {
  const before = new Date(Date.now() - 60_000);
  Deno.utimeSync(path, before, before);
}
