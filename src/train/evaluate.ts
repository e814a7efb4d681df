import { type Batch, batchCount, batches, type ImageSet } from "../data/mod.ts";
import { checkOutputs, crossEntropyLoss, evaluation, type Loss, type Module } from "../nn/mod.ts";
import type { Counts } from "../statistics/mod.ts";
import { accumulateMetrics, type Device, noGradients, scope, Tensor } from "../tensor/mod.ts";
import type { Pace } from "./pace.ts";
import { alone, gatherRows, ownPart, type Ranks } from "./ranks.ts";

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

/** How it is evaluated in a training. */
export interface PacedOptions extends EvaluateOptions {
  readonly pace: Pace;
  /** The processes that divide the batches among themselves; one by default. */
  readonly ranks?: Ranks;
}

/** What is kept of a batch: sum of losses, correct predictions, examples, and a byte for each prediction. */
const rowLength = 3 + Math.ceil(evaluationBatch / 8);

/** Evaluates a model batch by batch. */
class Evaluator {
  readonly #options: Required<EvaluateOptions>;
  readonly #count: number;
  readonly #rows: Float64Array<ArrayBuffer>;

  constructor(
    readonly model: Module,
    readonly set: ImageSet,
    { device = "cpu", loss = crossEntropyLoss() }: EvaluateOptions,
    readonly ranks: Ranks = alone,
  ) {
    if (set.count === 0) throw new RangeError(`Cannot evaluate on ${set.name}: it has no images`);
    this.#options = { device, loss };
    this.#count = batchCount(set, evaluationBatch);
    this.#rows = new Float64Array(this.#count * rowLength);
  }

  /** Counts this process's part of the batches, in order, one for each step of the iteration. */
  *steps(): Generator<void> {
    const { device } = this.#options;
    const [from, to] = ownPart(this.ranks, this.#count);
    let index = from;
    if (from === to) return;
    for (const batch of batches(this.set, evaluationBatch, { device, from })) {
      this.#add(batch, index++);
      yield;
      if (index === to) return;
    }
  }

  #add({ images, labels, classes }: Batch, index: number): void {
    scope(() =>
      noGradients(() => {
        const logits = this.model.forward(images);
        checkOutputs(logits, classes);
        const { device, loss } = this.#options;
        const totals = Tensor.zeros([3], { dtype: "f64", device });
        accumulateMetrics(totals, loss(logits, labels, evaluation), logits, labels);
        this.#rows.set(totals.numbers(), index * rowLength);
        this.#predictions(index).set(logits.argmax(1).numbers());
      })
    );
  }

  #predictions(index: number): Uint8Array {
    return new Uint8Array(this.#rows.buffer, (index * rowLength + 3) * 8, evaluationBatch);
  }

  /** The figures of all batches, whichever process counted them. */
  result(): Evaluation {
    const { set } = this;
    const { count } = set;
    gatherRows(this.ranks, this.#rows, this.#count);
    const predictions = new Uint8Array(count);
    let sum = 0;
    for (let index = 0; index < this.#count; index++) {
      const at = index * evaluationBatch;
      sum += this.#rows[index * rowLength]!;
      predictions.set(this.#predictions(index).subarray(0, count - at), at);
    }
    const confusion = confusionCounts(set.labels, predictions, set.classes.length);
    const correct = confusion.reduce((sum, row, label) => sum + row[label], 0);
    return { loss: sum / count, correct, count, accuracy: correct / count, confusion, predictions };
  }
}

/** Evaluates a model on a whole set. */
export function evaluate(
  model: Module,
  set: ImageSet,
  options: EvaluateOptions = {},
): Evaluation {
  const evaluator = new Evaluator(model, set, options);
  for (const _ of evaluator.steps());
  return evaluator.result();
}

/** Evaluates as `evaluate` does, pausing as the training does; undefined where a signal came. */
export async function evaluatePaced(
  model: Module,
  set: ImageSet,
  { pace, ranks = alone, ...options }: PacedOptions,
): Promise<Evaluation | undefined> {
  if (pace.stop) return undefined;
  const evaluator = new Evaluator(model, set, options, ranks);
  for (const _ of evaluator.steps()) {
    if (pace.restIsDue()) await pace.rest();
    if (pace.asked) break;
  }
  pace.agree(ranks);
  return pace.stop ? undefined : evaluator.result();
}
