import { crossEntropy, type Tensor } from "../tensor/mod.ts";
import type { Mode } from "./module.ts";

/**
 * The mean loss `[]` of a batch: `outputs` are the model's, `[batch, ..]`, `labels` are u32 `[batch]`.
 * In training a loss may differ from what evaluation reports, as label smoothing does.
 */
export interface Loss {
  (outputs: Tensor, labels: Tensor, mode: Mode): Tensor;
  /** What it has in training alone, as `label smoothing 0.1`: its figures do not compare. */
  readonly inTraining?: string;
}

/**
 * Says that a training loss is not to be compared with the others, and why: what the loss and the
 * step have in training alone; undefined if it is.
 */
export function lossNote(...parts: readonly Pick<Loss, "inTraining">[]): string | undefined {
  const own = parts.flatMap(({ inTraining }) => inTraining ?? []).join(" and ");
  return own === "" ? undefined : `train_loss is with ${own}, val_loss and test_loss are without`;
}

/** Settings of the cross-entropy loss. */
export interface CrossEntropyLossOptions {
  /** Share of each target spread evenly over all classes, in training alone; 0 by default. */
  readonly labelSmoothing?: number;
}

/** The cross-entropy of class scores, smoothed in training (Szegedy et al., arXiv 1512.00567). */
export function crossEntropyLoss({ labelSmoothing = 0 }: CrossEntropyLossOptions = {}): Loss {
  const smoothed = { labelSmoothing };
  const loss: Loss = (logits, labels, { training }) =>
    crossEntropy(logits, labels, training ? smoothed : undefined);
  const inTraining = labelSmoothing > 0 ? `label smoothing ${labelSmoothing}` : undefined;
  return Object.assign(loss, { inTraining });
}
