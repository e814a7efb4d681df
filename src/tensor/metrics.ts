import { native } from "../ffi/mod.ts";
import type { Tensor } from "./tensor.ts";
import { written } from "./writes.ts";

/**
 * Adds a batch to running totals (f64, `[3]`: sum of losses, correct predictions, examples) in
 * place, without reading anything back.
 */
export function accumulateMetrics(
  totals: Tensor,
  loss: Tensor,
  logits: Tensor,
  labels: Tensor,
): void {
  native.metrics_accumulate(totals.handle, loss.handle, logits.handle, labels.handle);
  written(totals);
}
