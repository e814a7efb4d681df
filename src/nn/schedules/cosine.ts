import { halfCosine, minimum, share } from "./anneal.ts";
import { schedule, type ScheduleSpec } from "./schedule.ts";

/** Settings of the cosine. */
export interface CosineOptions {
  /** The rate at the end, 0 by default. */
  readonly minimum?: number;
}

/** Half a cosine from the rate down to `minimum` (Loshchilov and Hutter, arXiv 1608.03983). */
export const cosine: ScheduleSpec<CosineOptions> = schedule({
  name: "cosine",
  settings: { minimum: minimum() },
  later: ["minimum"],
  rate: ({ minimum }, base, step, { totalSteps }) =>
    halfCosine(base, minimum, share(step, totalSteps)),
});
