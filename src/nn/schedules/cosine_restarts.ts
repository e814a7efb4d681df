import { z } from "zod";
import { halfCosine, minimum, share } from "./anneal.ts";
import { schedule, type ScheduleSpec } from "./schedule.ts";

/** Settings of the cosine with warm restarts. */
export interface CosineRestartsOptions {
  /** Epochs of the first cosine, 10 by default. */
  readonly period?: number;
  /** How many times as long the next one is, 1 by default. */
  readonly growth?: number;
  /** The rate that each one falls to, 0 by default. */
  readonly minimum?: number;
}

/**
 * Half a cosine after the other, each from the whole rate down to `minimum` (SGDR, arXiv 1608.03983, as
 * `torch.optim`'s CosineAnnealingWarmRestarts).
 */
export const cosineRestarts: ScheduleSpec<CosineRestartsOptions> = schedule({
  name: "cosine-restarts",
  settings: {
    period: z.int().min(1).default(10).describe("epochs before the first restart"),
    growth: z.int().min(1).default(1).describe("how many times as long the next period is"),
    minimum: minimum(),
  },
  rate({ period, growth, minimum }, base, step, { stepsPerEpoch }) {
    let [at, length] = [step, period * stepsPerEpoch];
    while (at >= length) [at, length] = [at - length, length * growth];
    return halfCosine(base, minimum, share(at, length));
  },
});
