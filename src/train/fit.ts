import { type Screen, silentScreen } from "../cli/mod.ts";
import { configSchema } from "../config/mod.ts";
import type { TrainingData } from "../data/mod.ts";
import type { ModelLayer } from "../models/mod.ts";
import { cosine, crossEntropyLoss, lossNote, type Module } from "../nn/mod.ts";
import { explain } from "../settings/mod.ts";
import { assignStored, type StoredTensor, weightsDigest } from "../storage/mod.ts";
import { EpochProgress } from "./epoch_progress.ts";
import { train } from "./loop.ts";
import { epochLine, type EpochMetrics } from "./metrics.ts";
import { Pace } from "./pace.ts";
import type { Recipe } from "./recipe.ts";
import { TrainingState } from "./state.ts";

/** Who is told how a training goes. */
export interface Watcher {
  /** Where lines and the progress bar go. */
  readonly screen: Screen;
  /** An epoch is complete. */
  epoch?(history: readonly EpochMetrics[], recipe: Recipe): void;
  /** The training is over; `fit` waits for what this returns. */
  done?(fitted: Fitted): Promise<void>;
}

/** What is trained, on what, and how. A recipe's parts have the defaults of `deno task train`. */
export interface FitOptions extends Partial<Omit<Recipe, "optimizer">>, Pick<Recipe, "optimizer"> {
  /** The model, as layers without weights; a model's own loss and step are taken where none is named. */
  readonly model: ModelLayer;
  /** Training images, validation images if there are any, and the set they are of. */
  readonly data: Pick<TrainingData, "train"> & Partial<TrainingData>;
  /** Who is told how it goes; nobody by default. */
  readonly watcher?: Watcher;
}

/** A trained model, with the weights of its best epoch. Disposing it frees them. */
export class Fitted implements Disposable {
  readonly #state: Pick<TrainingState, "evaluated" | "parameterCount" | "history"> & Disposable;

  /** Takes over a training that is complete. */
  constructor(
    state: Pick<TrainingState, "evaluated" | "parameterCount" | "history"> & Disposable,
    /** The epoch whose weights the model has. */
    readonly best: EpochMetrics,
    /** SHA-256 of the weights after the last epoch, as in a run's summary.json. */
    readonly weightsSha256: string,
    /** How long its steps took, without validation. */
    readonly seconds: number,
  ) {
    this.#state = state;
  }

  /** The model, with the weights of its best epoch. */
  get model(): Module {
    return this.#state.evaluated;
  }

  /** Trained numbers. */
  get parameters(): number {
    return this.#state.parameterCount;
  }

  /** Every epoch's figures. */
  get history(): readonly EpochMetrics[] {
    return this.#state.history;
  }

  /** Frees the model. */
  [Symbol.dispose](): void {
    this.#state[Symbol.dispose]();
  }
}

/**
 * Trains a model in memory: the loop of `deno task train` without a run folder, so that the same
 * recipe gives the same bits. Throws RangeError for settings that have no meaning.
 *
 * @example
 * ```ts
 * import { fit, flatten, linear, loadTraining, sequential, sgd } from "@wick/wick";
 *
 * const data = await loadTraining({ data: "synthetic", trainSize: 500 });
 * using fitted = await fit({
 *   model: sequential(flatten, linear(784, 10)),
 *   data,
 *   optimizer: sgd({ lr: 0.1 }),
 *   epochs: 2,
 * });
 * console.log(fitted.best.val_acc);
 * ```
 */
export async function fit(options: FitOptions): Promise<Fitted> {
  const { model, data, watcher = { screen: silentScreen }, ...given } = options;
  checkValues(options);
  const { loss = model.loss, step = model.step } = given;
  const recipe = completeRecipe({ ...given, loss, step });
  const state = new TrainingState(model, recipe, data.train.count);
  try {
    const { train: images, validation, source = images.name } = data;
    const recorder = new FitRecorder(watcher, source);
    const note = lossNote(state.recipe.loss, state.recipe.step ?? {});
    if (note !== undefined) watcher.screen.line(note);
    await train(state, { train: images, validation }, recorder, new Pace());
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

/** Says what is missing, or no value of its kind: a notebook runs cells whose types nobody checked. */
function checkValues(options: FitOptions): void {
  const { model, data, optimizer, loss, step, schedule, bestBy, earlyStopping } = options;
  const wrong = typeof model?.forward !== "function"
    ? `model: a layer, such as sequential(...), models.cnn() or mine({ width: 32 }, data.train)`
    : data?.train === undefined
    ? "data: training data, such as loadTraining() gives"
    : typeof optimizer?.init !== "function"
    ? "optimizer: an optimizer of its settings, such as sgd({ lr: 0.1 })"
    : loss !== undefined && typeof loss !== "function"
    ? "loss: a function, such as crossEntropyLoss()"
    : step !== undefined && typeof step !== "function"
    ? "step: a function that gives { loss, outputs }"
    : schedule !== undefined && typeof schedule.rate !== "function"
    ? "schedule: a schedule of its settings, such as cosine()"
    : undefined;
  if (wrong !== undefined) throw new TypeError(`fit() needs ${wrong}`);
  const { train, validation } = data;
  if (train.count === 0) throw new RangeError(`fit() needs images: ${train.name} has none`);
  if (validation === undefined && (bestBy !== undefined || earlyStopping)) {
    const judge = earlyStopping ? "earlyStopping" : "bestBy";
    throw new RangeError(`fit() needs data.validation: ${judge} judges by validation images`);
  }
}

/** The settings of a recipe that are numbers and names, with the checks and defaults of flags. */
const settingsSchema = configSchema.pick({
  epochs: true,
  batchSize: true,
  seed: true,
  device: true,
  bestBy: true,
  earlyStopping: true,
  ema: true,
  accumulate: true,
  shards: true,
  overfitBatches: true,
});

/** Everything that `fit` can be given. */
const fitKeys = [
  ...["model", "data", "optimizer", "loss", "schedule", "augmentation", "watcher"],
  ...Object.keys(settingsSchema.shape),
];

function completeRecipe(
  { optimizer, loss, step, schedule, augmentation, ...given }: Omit<FitOptions, "model" | "data">,
): Recipe {
  const settings = settingsSchema.safeParse(given);
  if (!settings.success) {
    throw new RangeError(explain(settings.error, given, (key) => key, fitKeys));
  }
  return {
    ...settings.data,
    optimizer,
    loss: loss ?? crossEntropyLoss(),
    ...(step && { step }),
    schedule: schedule ?? cosine(),
    augmentation,
  };
}

/** Keeps the best weights in memory and tells the watcher. */
class FitRecorder extends EpochProgress {
  best: { readonly metrics: EpochMetrics; readonly weights: readonly StoredTensor[] } | undefined;
  seconds = 0;

  constructor(readonly watcher: Watcher, readonly source: TrainingData["source"]) {
    super(watcher.screen);
  }

  override endSteps(state: TrainingState): void {
    super.endSteps(state);
    this.seconds += this.time.seconds;
  }

  endEpoch(state: TrainingState): void {
    const { recipe, history } = state;
    const metrics = history.at(-1)!;
    if (state.isBest) this.best = { metrics, weights: state.storedWeights() };
    const { columns } = this.screen;
    this.screen.line(epochLine(metrics, recipe.epochs, this.time, this.source, columns));
    this.watcher.epoch?.(history, recipe);
  }
}
