import { z } from "zod";
import type { StoredTensor } from "../storage/mod.ts";
import { type EpochMetrics, epochMetricsSchema } from "./metrics.ts";

/** Where a training stands, besides its tensors. */
export interface RunProgress {
  /** Epochs that are complete, with their validation. */
  readonly epoch: number;
  /** Steps of the epoch after them. */
  readonly step_in_epoch: number;
  /** Steps since the run began. */
  readonly step: number;
  readonly history: readonly EpochMetrics[];
}

export const progressSchema = z.strictObject({
  epoch: z.int().min(0),
  step_in_epoch: z.int().min(0),
  step: z.int().min(0),
  history: z.array(epochMetricsSchema),
});

/** Whether the counts of a progress fit each other: each epoch has as many steps as the first. */
export function isConsistent({ epoch, step_in_epoch, step, history }: RunProgress): boolean {
  const steps = history.at(0)?.step ?? Infinity;
  const before = epoch === 0 ? 0 : epoch * steps;
  return history.length === epoch && step === before + step_in_epoch && step_in_epoch <= steps &&
    history.every((metrics, i) => metrics.epoch === i + 1 && metrics.step === (i + 1) * steps);
}

/** All that a training needs to be resumed as if nothing had happened. */
export interface Checkpoint {
  readonly tensors: readonly StoredTensor[];
  readonly progress: RunProgress;
}
