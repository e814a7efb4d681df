import type { z } from "zod";
import type { TrainingData } from "../data/mod.ts";
import type { Layer, Module } from "../nn/mod.ts";
import { defaultWeightDecay, type Recipe, recipeSchema } from "../config/config.ts";
import { EpochProgress } from "./epoch_progress.ts";
import type { Evaluation } from "./evaluate.ts";
import { explain } from "../cli/flags.ts";
import { train } from "./loop.ts";
import { bestEpoch, epochLine, type EpochMetrics } from "./metrics.ts";
import { Pace } from "./pace.ts";
import { type Screen, silentScreen } from "../cli/progress.ts";
import { type Recorder, refuseNonfinite } from "../run/recorder.ts";
import type { StoredTensor } from "../storage/safetensors.ts";
import { TrainingState } from "./state.ts";
import { assignStored } from "../storage/stored_tensors.ts";
import { weightsDigest } from "../storage/weights_digest.ts";

/** What a training may be told; only the learning rate has no default. */
export type FitSettings = Readonly<
  Partial<Omit<z.input<typeof recipeSchema>, "lr">> & { lr: number }
>;

/** Who is told how a training goes. */
export interface Watcher {
  readonly screen: Screen;
  /** An epoch is complete. */
  epoch?(history: readonly EpochMetrics[], recipe: Recipe): void;
  /** The training is over; `fit` waits for what this returns. */
  done?(fitted: Fitted): Promise<void>;
}

/** A trained model, with the weights of its best epoch. Disposing it frees them. */
export class Fitted implements Disposable {
  readonly #state: TrainingState<Recipe>;

  constructor(
    state: TrainingState<Recipe>,
    /** The epoch whose weights the model has. */
    readonly best: EpochMetrics,
    /** SHA-256 of the weights after the last epoch, as in a run's summary.json. */
    readonly weightsSha256: string,
    /** How long its steps took, without validation. */
    readonly seconds: number,
  ) {
    this.#state = state;
  }

  get model(): Module {
    return this.#state.model;
  }

  /** Trained numbers. */
  get parameters(): number {
    return this.#state.parameters.reduce((sum, { size }) => sum + size, 0);
  }

  get history(): readonly EpochMetrics[] {
    return this.#state.history;
  }

  [Symbol.dispose](): void {
    this.#state[Symbol.dispose]();
  }
}

/**
 * Trains a model in memory: the loop of `deno task train` without a run folder, so that the same
 * settings give the same bits. Throws RangeError for settings that have no meaning.
 *
 * @example
 * ```ts
 * import { flatten, linear, loadTraining, sequential } from "@wick/wick";
 * import { fit } from "./mod.ts";
 *
 * const data = await loadTraining({ data: "synthetic", trainSize: 500 });
 * using fitted = await fit(sequential(flatten, linear(784, 10)), data, { lr: 0.1, epochs: 2 });
 * console.log(fitted.best.val_acc);
 * ```
 */
export async function fit(
  layer: Layer,
  data: TrainingData,
  settings: FitSettings,
  watcher: Watcher = { screen: silentScreen },
): Promise<Fitted> {
  const recipe = completeRecipe(settings);
  const state = new TrainingState(layer, recipe, data.train.count);
  try {
    const recorder = new FitRecorder(watcher, data.source);
    await train(state, data, recorder, new Pace());
    const { best } = recorder;
    if (best === undefined) throw new RangeError("No epoch is complete");
    const sha256 = weightsDigest(state.storedWeights());
    assignStored(state.weights, best.weights);
    const fitted = new Fitted(state, best.metrics, sha256, recorder.seconds);
    await watcher.done?.(fitted);
    return fitted;
  } catch (error) {
    state[Symbol.dispose]();
    throw error;
  }
}

function completeRecipe(settings: FitSettings): Recipe {
  const weightDecay = defaultWeightDecay(settings.opt);
  const recipe = recipeSchema.safeParse({ weightDecay, ...settings });
  if (recipe.success) return recipe.data;
  const [issue] = recipe.error.issues;
  const [key] = issue.path;
  const value: unknown = Object.entries(settings).find(([name]) => name === key)?.[1];
  throw new RangeError(explain(issue, String(key ?? "A setting"), value));
}

/** Keeps the best weights in memory and tells the watcher. */
class FitRecorder implements Recorder {
  best: { readonly metrics: EpochMetrics; readonly weights: readonly StoredTensor[] } | undefined;
  seconds = 0;
  readonly #progress: EpochProgress;

  constructor(readonly watcher: Watcher, readonly source: TrainingData["source"]) {
    this.#progress = new EpochProgress(watcher.screen);
  }

  beginEpoch(state: TrainingState<Recipe>): void {
    this.#progress.begin(state);
  }

  draw(state: TrainingState<Recipe>): void {
    this.#progress.draw(state);
  }

  endSteps(state: TrainingState<Recipe>): void {
    this.#progress.end(state);
    this.seconds += this.#progress.time.seconds;
  }

  endEpoch(state: TrainingState<Recipe>, validation: Evaluation | undefined): void {
    refuseNonfinite(state);
    const { config, history } = state;
    const metrics = state.completeEpoch(validation);
    if (bestEpoch(history, config.bestBy)?.epoch === metrics.epoch) {
      this.best = { metrics, weights: state.storedWeights() };
    }
    const { screen } = this.watcher;
    screen.line(epochLine(metrics, config.epochs, this.#progress.time, this.source));
    this.watcher.epoch?.(history, config);
  }

  /** Nothing is kept on the disk. */
  save(): void {}
}
