import { crossEntropy, type Tensor } from "../tensor/mod.ts";
import type { Mode } from "./module.ts";

/**
 * The mean loss `[]` of a batch: `outputs` are the model's, `[batch, ..]`, `labels` are u32 `[batch]`.
 * In training a loss may differ from what evaluation reports, as label smoothing does.
 */
export type Loss = (outputs: Tensor, labels: Tensor, mode: Mode) => Tensor;

/** Settings of the cross-entropy loss. */
export interface CrossEntropyLossOptions {
  /** Share of each target spread evenly over all classes, in training alone; 0 by default. */
  readonly labelSmoothing?: number;
}

/** The cross-entropy of class scores, smoothed in training (Szegedy et al., arXiv 1512.00567). */
export function crossEntropyLoss({ labelSmoothing = 0 }: CrossEntropyLossOptions = {}): Loss {
  const smoothed = { labelSmoothing };
  return (logits, labels, { training }) =>
    crossEntropy(logits, labels, training ? smoothed : undefined);
}
