import { loadTest, markOf, subset, type TrainingData } from "../data/mod.ts";
import type { RunOptions, TrainConfig } from "../config/mod.ts";
import { figuresOf, logged, measure } from "../statistics/mod.ts";
import {
  evaluate,
  modelOf,
  recipeOf,
  trainingBatches,
  TrainingState,
  trainStep,
} from "../train/mod.ts";
import type { AnyModel } from "../models/mod.ts";
import type { Screen } from "../cli/mod.ts";

/** One batch of training, validation and evaluation; nothing is kept. Returns the exit code. */
export async function dryRun(
  config: TrainConfig,
  model: AnyModel,
  data: TrainingData,
  options: RunOptions,
  screen: Screen,
): Promise<number> {
  const { batchSize } = config;
  using state = new TrainingState(
    modelOf(config, model),
    recipeOf(config, model),
    data.train.count,
  );
  for (const batch of trainingBatches(state, data)) {
    trainStep(state, batch);
    break;
  }
  const lines = [[`train_loss ${state.loss.toFixed(4)}`]];
  const test = await loadTest({ ...options, data: data.source });
  for (const [name, set] of [["val", data.validation], ["test", test]] as const) {
    if (set === undefined) continue;
    const first = Uint32Array.from({ length: Math.min(batchSize, set.count) }, (_, i) => i);
    const evaluation = evaluate(state.evaluated, subset(set, set.name, first), state.recipe);
    lines.push(logged(figuresOf(name), measure(name, evaluation)));
  }
  const mark = markOf(config.data);
  screen.line(`dry run of ${config.model}: one batch each, nothing kept${mark}`);
  for (const figures of lines) screen.line(figures.join("  "));
  return 0;
}
