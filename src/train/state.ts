import {
  build,
  type Layer,
  type Mode,
  type Module,
  type OptimizerState,
  parameterCount,
} from "../nn/mod.ts";
import { measure } from "../statistics/mod.ts";
import { type NamedTensor, Random, Tensor } from "../tensor/mod.ts";
import type { Checkpoint } from "./checkpoint.ts";
import type { Evaluation } from "./evaluate.ts";
import { bestEpoch, type EpochMetrics, outOfPatience } from "./metrics.ts";
import { GradientSum } from "./gradient_sum.ts";
import { alone, type Ranks } from "./ranks.ts";
import type { Recipe } from "./recipe.ts";
import { WeightAverage } from "./weight_average.ts";
import { assignStored, type StoredTensor, storedTensors } from "../storage/mod.ts";

/** Everything that changes while a model is trained: what a checkpoint holds. */
export class TrainingState implements Disposable {
  readonly model: Module;
  readonly optimizer: OptimizerState;
  /** The averages of the model's weights, where the recipe asks for them. */
  readonly average: WeightAverage | undefined;
  /** The gradients of the present step's batches that are done, where a step has several. */
  readonly gradientSum: GradientSum = new GradientSum();
  /** Running sums of the epoch, f64 `[3]`: losses, correct predictions, examples. */
  readonly totals: Tensor;
  readonly stepsPerEpoch: number;
  /** Images that are trained on in an epoch. */
  readonly trainCount: number;
  /** How the model runs at the present step; chance is made only where a layer asks for it. */
  readonly mode: Mode;
  /** Epochs that are complete. */
  epoch = 0;
  /** Steps done of the epoch after them. */
  stepInEpoch = 0;
  history: EpochMetrics[] = [];
  /** Whether the training ended because its time was over, which its config does not say. */
  outOfTime = false;
  /** Loss of the step done last. */
  loss = NaN;
  /** The tensors of `model.parameters`, in their order. */
  readonly parameters: readonly Tensor[];

  constructor(
    layer: Layer,
    readonly recipe: Recipe,
    trainCount: number,
    /** The processes that train it, of which each has such a state. */
    readonly ranks: Ranks = alone,
  ) {
    const { device, seed } = recipe;
    this.model = build(layer, new Random(seed, "init"), { device });
    this.parameters = this.model.parameters.map(({ tensor }) => tensor);
    this.optimizer = recipe.optimizer.init(this.model.parameters);
    this.average = recipe.ema > 0 ? new WeightAverage(layer, this.model, recipe) : undefined;
    this.totals = Tensor.zeros([3], { dtype: "f64", device });
    this.trainCount = trainedCount(recipe, trainCount);
    this.stepsPerEpoch = stepsPerEpoch(recipe, trainCount);
    const dropout = new Random(seed, "dropout");
    const place = () => ({ epoch: this.epoch, index: this.batchInEpoch });
    const steps = () => this.step;
    this.mode = {
      training: true,
      get epoch() {
        return place().epoch;
      },
      get step() {
        return steps();
      },
      get random() {
        return dropout.at(place());
      },
    };
  }

  /** The model that is evaluated: the one with averaged weights, if there is one. */
  get evaluated(): Module {
    return this.average?.model ?? this.model;
  }

  /** Images of a step, the last one of an epoch left out. */
  get imagesPerStep(): number {
    return this.recipe.batchSize * this.recipe.accumulate;
  }

  /** Batches done of the present epoch. */
  get batchInEpoch(): number {
    return this.stepInEpoch * this.recipe.accumulate + this.gradientSum.batches;
  }

  /** Images of the present step. */
  get imagesOfStep(): number {
    const done = this.stepInEpoch * this.imagesPerStep;
    return Math.min(this.imagesPerStep, this.trainCount - done);
  }

  /** The validation loss of each epoch so far. */
  get validationLosses(): number[] {
    return this.history.flatMap(({ val_loss }) => val_loss ?? []);
  }

  /** Steps since the run began. */
  get step(): number {
    return this.epoch * this.stepsPerEpoch + this.stepInEpoch;
  }

  /** Whether nothing is left to train: all epochs are done, or patience is out. */
  get complete(): boolean {
    return this.epoch >= this.recipe.epochs || outOfPatience(this.history, this.recipe);
  }

  /** Steps of the whole run. */
  get totalSteps(): number {
    return this.recipe.epochs * this.stepsPerEpoch;
  }

  /** Whether the epoch that was completed last is the best so far. */
  get isBest(): boolean {
    return bestEpoch(this.history, this.recipe.bestBy) === this.history.at(-1);
  }

  /** Trained numbers. */
  get parameterCount(): number {
    return parameterCount(this.model);
  }

  /** The learning rate of a step, counted from 0. */
  learningRate(step: number): number {
    const { schedule, optimizer } = this.recipe;
    return schedule.rate(optimizer.lr, step, this);
  }

  /** The weights and buffers of the model that is evaluated. */
  get weights(): NamedTensor[] {
    return [...this.evaluated.parameters, ...this.evaluated.buffers];
  }

  get #tensors(): NamedTensor[] {
    const { model, average, optimizer } = this;
    const totals = { name: "train.totals", tensor: this.totals };
    const averages = average?.tensors ?? [];
    return [...model.parameters, ...model.buffers, ...averages, ...optimizer.tensors, totals];
  }

  storedWeights(): StoredTensor[] {
    return storedTensors(this.weights);
  }

  /** Closes an epoch: its figures go into the history, the running sums begin again. */
  completeEpoch(validation: Evaluation | undefined): void {
    const [loss, correct, count] = this.totals.numbers();
    this.epoch++;
    this.stepInEpoch = 0;
    const metrics: EpochMetrics = {
      epoch: this.epoch,
      step: this.step,
      lr: this.learningRate(this.step - 1),
      ...measure("train", { loss: loss / count, correct, count }),
      ...(validation && measure("val", validation)),
    };
    using zeros = Tensor.zeros([3], this.totals);
    this.totals.assign(zeros);
    this.history.push(metrics);
  }

  /** All that is needed to resume from here. */
  checkpoint(): Checkpoint {
    const { epoch, stepInEpoch, step, history } = this;
    const progress = { epoch, step_in_epoch: stepInEpoch, step, history };
    return { tensors: storedTensors(this.#tensors), progress };
  }

  /** Goes to where a checkpoint was saved; throws a RangeError where it belongs to another model. */
  restore({ tensors, progress }: Checkpoint): void {
    const { epoch, step_in_epoch, step } = progress;
    if (step !== epoch * this.stepsPerEpoch + step_in_epoch || epoch > this.recipe.epochs) {
      throw new RangeError(`it is at step ${step} of other data or of a longer run`);
    }
    this.optimizer.stepCount = progress.step;
    assignStored(this.#tensors, tensors);
    this.epoch = progress.epoch;
    this.stepInEpoch = progress.step_in_epoch;
    this.history = [...progress.history];
  }

  [Symbol.dispose](): void {
    this.totals.dispose();
    this.gradientSum[Symbol.dispose]();
    this.average?.[Symbol.dispose]();
    this.optimizer[Symbol.dispose]();
    this.model[Symbol.dispose]();
  }
}

/** How a training set is cut into steps. */
type Cut = Pick<Recipe, "batchSize" | "accumulate" | "overfitBatches">;

/** How many images of a training set are trained on: all, or those of the first batches. */
const trainedCount = ({ overfitBatches, batchSize }: Cut, count: number): number =>
  overfitBatches === 0 ? count : Math.min(count, overfitBatches * batchSize);

/** Steps of an epoch over a training set of `count` images. */
export const stepsPerEpoch = (cut: Cut, count: number): number =>
  Math.ceil(trainedCount(cut, count) / (cut.batchSize * cut.accumulate));
