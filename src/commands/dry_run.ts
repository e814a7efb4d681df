import { batches, loadTest, subset, type TrainingData } from "../data/mod.ts";
import { Random } from "../tensor/mod.ts";
import type { TrainConfig } from "../config/config.ts";
import { evaluate } from "../train/evaluate.ts";
import { learn } from "../train/loop.ts";
import type { RunOptions } from "../config/options.ts";
import type { Screen } from "../cli/progress.ts";
import { augmentationOf, modelOf } from "../train/recipe.ts";
import { TrainingState } from "../train/state.ts";

/** One batch of training, validation and evaluation; nothing is kept. Returns the exit code. */
export async function dryRun(
  config: TrainConfig,
  data: TrainingData,
  options: RunOptions,
  screen: Screen,
): Promise<number> {
  const { batchSize, device, seed } = config;
  using state = new TrainingState(modelOf(config), config, data.train.count);
  const random = new Random(seed, "shuffle");
  const augment = augmentationOf(config, new Random(seed, "augment"));
  for (const batch of batches(data.train, batchSize, { random, augment, device })) {
    learn(state, batch);
    break;
  }
  const figures = [`train_loss ${state.loss.toFixed(4)}`];
  const test = await loadTest({ ...options, data: data.source });
  for (const [name, set] of [["val", data.validation], ["test", test]] as const) {
    if (set === undefined) continue;
    const first = Uint32Array.from({ length: Math.min(batchSize, set.count) }, (_, i) => i);
    const { loss, accuracy } = evaluate(state.model, subset(set, set.name, first), config);
    figures.push(`${name}_loss ${loss.toFixed(4)}`, `${name}_acc ${accuracy.toFixed(4)}`);
  }
  const mark = config.data === "synthetic" ? "  (synthetic data)" : "";
  screen.line(`dry run of ${config.model}: one batch each, nothing kept${mark}`);
  screen.line(figures.join("  "));
  return 0;
}
