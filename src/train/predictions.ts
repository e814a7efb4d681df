import { batches, type ImageSet } from "../data/mod.ts";
import { checkOutputs, type Module } from "../nn/mod.ts";
import { noGradients, scope } from "../tensor/mod.ts";
import { type EvaluateOptions, evaluationBatch } from "./evaluate.ts";

/** What a model says of each image of a set, in the set's order. */
export interface Predictions {
  /** The likeliest class of each image, `[count]`; the first of equals, as `evaluate` has it. */
  readonly predicted: Uint8Array;
  /** The probability that the model gives to it, `[count]`, from 0 to 1. */
  readonly confidence: Float32Array;
  /** Whether it is the image's class, `[count]`. */
  readonly correct: readonly boolean[];
  /** The probability of every class, `[count, classes]`. */
  readonly probabilities: Float32Array;
}

/** Predicts the class of every image of a set, in one pass. */
export function predictions(
  model: Module,
  set: ImageSet,
  { device = "cpu" }: Pick<EvaluateOptions, "device"> = {},
): Predictions {
  const classes = set.classes.length;
  const predicted = new Uint8Array(set.count);
  const probabilities = new Float32Array(set.count * classes);
  let done = 0;
  for (const { images, count } of batches(set, evaluationBatch, { device })) {
    scope(() =>
      noGradients(() => {
        const logits = model.forward(images);
        checkOutputs(logits, classes);
        predicted.set(logits.argmax(1).numbers(), done);
        probabilities.set(logits.softmax(1).numbers(), done * classes);
      })
    );
    done += count;
  }
  const confidence = Float32Array.from(predicted, (label, i) => probabilities[i * classes + label]);
  const correct = Array.from(predicted, (label, i) => label === set.labels[i]);
  return { predicted, confidence, correct, probabilities };
}
