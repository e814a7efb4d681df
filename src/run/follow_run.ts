import { StopSignals } from "../cli/mod.ts";
import type { TrainConfig } from "../config/mod.ts";
import type { TrainingData } from "../data/mod.ts";
import type { AnyModel } from "../models/mod.ts";
import {
  modelOf,
  Pace,
  type Ranks,
  recipeOf,
  shareState,
  train,
  TrainingState,
} from "../train/mod.ts";

/** What a process trains beside the first one. */
export interface FollowRunOptions {
  readonly data: TrainingData;
  readonly model: AnyModel;
  readonly ranks: Ranks;
}

/** Trains a run beside the first process, which alone writes its folder, tests it, speaks, and has a clock. */
export async function followRun(
  config: TrainConfig,
  { data, model, ranks }: FollowRunOptions,
): Promise<number> {
  using signals = new StopSignals();
  const recipe = recipeOf(config, model);
  using state = new TrainingState(modelOf(config, model), recipe, data.train.count, ranks);
  shareState(state);
  await train(state, data, {}, new Pace({ signals }));
  return 0;
}
