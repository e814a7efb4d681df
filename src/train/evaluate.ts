import { type Batch, batches, type ImageSet } from "../data/mod.ts";
import { checkOutputs, crossEntropyLoss, evaluation, type Loss, type Module } from "../nn/mod.ts";
import type { Counts } from "../statistics/mod.ts";
import { accumulateMetrics, type Device, noGradients, scope, Tensor } from "../tensor/mod.ts";
import type { Pace } from "./pace.ts";

/** Images an evaluation step: fixed, because the loss's last bits depend on it. */
export const evaluationBatch = 250;

/** What a model makes of a set: every example counted once, exactly. */
export interface Evaluation extends Counts {
  /** `correct / count` */
  readonly accuracy: number;
  /** The predicted class of each example, `[count]`, in the set's order. */
  readonly predictions: Uint8Array;
}

/** Counts `[class][prediction]`; labels beyond the last prediction do not count. */
export function confusionCounts(
  labels: ArrayLike<number>,
  predictions: ArrayLike<number>,
  classes: number,
): number[][] {
  const counts = Array.from({ length: classes }, () => new Array<number>(classes).fill(0));
  for (let i = 0; i < predictions.length; i++) counts[labels[i]][predictions[i]]++;
  return counts;
}

/** How a model is evaluated. */
export interface EvaluateOptions {
  /** Where the model is, `cpu` by default. */
  readonly device?: Device;
  /** The cross-entropy by default. */
  readonly loss?: Loss;
}

/** Evaluates a model batch by batch. */
class Evaluator implements Disposable {
  readonly device: Device;
  readonly loss: Loss;
  readonly #totals: Tensor;
  readonly #predictions: Uint8Array;
  #count = 0;

  constructor(
    readonly model: Module,
    readonly set: ImageSet,
    { device = "cpu", loss = crossEntropyLoss() }: EvaluateOptions,
  ) {
    if (set.count === 0) throw new RangeError(`Cannot evaluate on ${set.name}: it has no images`);
    this.device = device;
    this.loss = loss;
    this.#totals = Tensor.zeros([3], { dtype: "f64", device });
    this.#predictions = new Uint8Array(set.count);
  }

  /** The set's batches, in order, the last partial one included. */
  batches(): Iterable<Batch> {
    return batches(this.set, evaluationBatch, { device: this.device });
  }

  /** Counts a batch. */
  add({ images, labels, count, classes }: Batch): void {
    scope(() =>
      noGradients(() => {
        const logits = this.model.forward(images);
        checkOutputs(logits, classes);
        accumulateMetrics(this.#totals, this.loss(logits, labels, evaluation), logits, labels);
        this.#predictions.set(logits.argmax(1).numbers(), this.#count);
      })
    );
    this.#count += count;
  }

  /** The figures of all batches that were counted. */
  result(): Evaluation {
    const predictions = this.#predictions.subarray(0, this.#count);
    const confusion = confusionCounts(this.set.labels, predictions, this.set.classes.length);
    const correct = confusion.reduce((sum, row, label) => sum + row[label], 0);
    const count = this.#count;
    const loss = this.#totals.numbers()[0] / count;
    return { loss, correct, count, accuracy: correct / count, confusion, predictions };
  }

  [Symbol.dispose](): void {
    this.#totals.dispose();
  }
}

/** Evaluates a model on a whole set. */
export function evaluate(
  model: Module,
  set: ImageSet,
  options: EvaluateOptions = {},
): Evaluation {
  using evaluator = new Evaluator(model, set, options);
  for (const batch of evaluator.batches()) evaluator.add(batch);
  return evaluator.result();
}

/** Evaluates as `evaluate` does, pausing as the training does; undefined where a signal came. */
export async function evaluatePaced(
  model: Module,
  set: ImageSet,
  { pace, ...options }: EvaluateOptions & { readonly pace: Pace },
): Promise<Evaluation | undefined> {
  using evaluator = new Evaluator(model, set, options);
  for (const batch of evaluator.batches()) {
    if (pace.stop) return undefined;
    evaluator.add(batch);
    if (pace.restIsDue()) await pace.rest();
  }
  return evaluator.result();
}
