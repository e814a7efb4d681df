import {
  build,
  createOptimizer,
  type Layer,
  type Module,
  type NamedTensor,
  type Optimizer,
} from "../nn/mod.ts";
import { Random, Tensor } from "../tensor/mod.ts";
import type { Checkpoint } from "./checkpoints.ts";
import type { TrainConfig } from "./config.ts";
import type { EpochMetrics } from "./metrics.ts";
import { optimizerOf } from "./recipe.ts";
import type { StoredTensor } from "./safetensors.ts";
import { assignStored, storedTensors } from "./stored_tensors.ts";

/** Everything that changes while a model is trained: what a checkpoint holds. */
export class TrainingState implements Disposable {
  readonly model: Module;
  readonly optimizer: Optimizer;
  /** Running sums of the epoch, f64 `[3]`: losses, correct predictions, examples. */
  readonly totals: Tensor;
  readonly stepsPerEpoch: number;
  /** Epochs that are complete. */
  epoch = 0;
  /** Steps done of the epoch after them. */
  stepInEpoch = 0;
  history: EpochMetrics[] = [];

  constructor(layer: Layer, readonly config: TrainConfig, trainCount: number) {
    const { device, seed } = config;
    this.model = build(layer, new Random(seed, "init"), { device });
    this.optimizer = createOptimizer(optimizerOf(config), this.model.parameters);
    this.totals = Tensor.zeros([3], { dtype: "f64", device });
    this.stepsPerEpoch = Math.ceil(trainCount / config.batchSize);
  }

  /** Steps since the run began. */
  get step(): number {
    return this.epoch * this.stepsPerEpoch + this.stepInEpoch;
  }

  /** Steps of the whole run. */
  get totalSteps(): number {
    return this.config.epochs * this.stepsPerEpoch;
  }

  /** The trained weights and the model's buffers. */
  get weights(): NamedTensor[] {
    return [...this.model.parameters, ...this.model.buffers];
  }

  get #tensors(): NamedTensor[] {
    const totals = { name: "train.totals", tensor: this.totals };
    return [...this.weights, ...this.optimizer.state, totals];
  }

  storedWeights(): StoredTensor[] {
    return storedTensors(this.weights);
  }

  /** All that is needed to go on from here. */
  checkpoint(): Checkpoint {
    const { epoch, stepInEpoch, step, history } = this;
    const progress = { epoch, step_in_epoch: stepInEpoch, step, history };
    return { tensors: storedTensors(this.#tensors), progress };
  }

  /** Goes to where a checkpoint was saved; throws a RangeError where it belongs to another model. */
  restore({ tensors, progress }: Checkpoint): void {
    this.optimizer.stepCount = progress.step;
    assignStored(this.#tensors, tensors);
    this.epoch = progress.epoch;
    this.stepInEpoch = progress.step_in_epoch;
    this.history = [...progress.history];
  }

  [Symbol.dispose](): void {
    this.totals.dispose();
    this.optimizer.dispose();
    this.model[Symbol.dispose]();
  }
}
