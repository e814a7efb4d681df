import type { Tensor } from "../tensor/mod.ts";
import type { Loss } from "./loss.ts";
import type { Mode, Module } from "./module.ts";

/** What a training step computes before its gradients are taken. */
export interface StepResult {
  /** The loss `[]` that is made small. */
  readonly loss: Tensor;
  /** Class scores `[batch, classes]`, of which the training accuracy is counted. */
  readonly outputs: Tensor;
}

/**
 * The forward half of a training step: images `[batch, channels, height, width]` and labels u32
 * `[batch]` to a loss. The loop takes its gradients, clips them and updates the weights. Chance
 * comes from `mode.random`, so that a resumed run draws it again.
 */
export interface Step {
  (
    model: Module,
    batch: { readonly images: Tensor; readonly labels: Tensor; readonly classes: number },
    mode: Mode,
    loss: Loss,
  ): StepResult;
  /** What its loss has in training alone, as `mixed images`: its figures do not compare. */
  readonly inTraining?: string;
}

/** The step of most trainings: the loss of the model's outputs. */
export function plainStep(
  ...[model, { images, labels, classes }, mode, loss]: Parameters<Step>
): StepResult {
  const outputs = model.forward(images, mode);
  checkOutputs(outputs, classes);
  return { loss: loss(outputs, labels, mode), outputs };
}

/** Throws RangeError unless a model's outputs are a number for each class, `[batch, classes]`. */
export function checkOutputs({ shape }: Tensor, classes: number): void {
  if (shape.length === 2 && shape[1] === classes) return;
  throw new RangeError(
    `The model's outputs are [${shape.join(", ")}], but the images are of ${classes} classes: ` +
      `they have to be [batch, ${classes}]`,
  );
}
