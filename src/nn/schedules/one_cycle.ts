import { z } from "zod";
import { halfCosine, line, share } from "./anneal.ts";
import { schedule, type ScheduleSpec } from "./schedule.ts";

/** Settings of the one-cycle schedule. */
export interface OneCycleOptions {
  /** Share of the steps in which the rate rises, 0.3 by default. */
  readonly warmShare?: number;
  /** How it rises and falls, `cos` by default. */
  readonly anneal?: "cos" | "linear";
  /** What the rate is divided by at the beginning, 25 by default. */
  readonly startDivisor?: number;
  /** What the first rate is divided by at the end, 10,000 by default. */
  readonly endDivisor?: number;
}

const divisor = z.number().min(1);

/**
 * Up from `1 / startDivisor` of the rate for `warmShare` of the steps, then down to `1 /
 * endDivisor` of where it began, by half cosines or in lines (Smith and Topin, arXiv 1708.07120, as
 * `torch.optim`'s OneCycleLR).
 */
export const oneCycle: ScheduleSpec<OneCycleOptions> = schedule({
  name: "one-cycle",
  settings: {
    warmShare: z.number().min(0).max(1).default(0.3).describe("share of the steps that rise"),
    anneal: z.enum(["cos", "linear"]).default("cos").describe("how the rate rises and falls"),
    startDivisor: divisor.default(25).describe("what the rate is divided by at the beginning"),
    endDivisor: divisor.default(1e4).describe("what the first rate is divided by at the end"),
  },
  later: ["warmShare", "anneal", "startDivisor", "endDivisor"],
  ownRise: true,
  rate({ warmShare, anneal, startDivisor, endDivisor }, greatest, step, { totalSteps }) {
    const between = anneal === "cos" ? halfCosine : line;
    const start = greatest / startDivisor;
    const top = warmShare * totalSteps - 1;
    if (step <= top) return between(start, greatest, share(step, top));
    return between(greatest, start / endDivisor, share(step - top, totalSteps - 1 - top));
  },
});
