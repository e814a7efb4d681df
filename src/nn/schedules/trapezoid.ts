import { z } from "zod";
import { line, minimum, share } from "./anneal.ts";
import { schedule, type ScheduleSpec } from "./schedule.ts";

/** Settings of the trapezoid. */
export interface TrapezoidOptions {
  /** Share of the steps, warm-up left out, in which the rate falls, 0.2 by default. */
  readonly decayShare?: number;
  /** The rate at the end, 0 by default. */
  readonly minimum?: number;
}

/**
 * The whole rate after the warm-up, and in the last steps down to `minimum` in a line (Zhai et al.,
 * arXiv 2106.04560; Haegele et al., arXiv 2405.18392).
 */
export const trapezoid: ScheduleSpec<TrapezoidOptions> = schedule({
  name: "trapezoid",
  settings: {
    decayShare: z.number().gt(0).max(1).default(0.2).describe("share of the steps that fall"),
    minimum: minimum(),
  },
  rate({ decayShare, minimum }, base, step, { totalSteps }) {
    const falling = decayShare * totalSteps;
    return line(base, minimum, share(step - (totalSteps - falling), falling));
  },
});
