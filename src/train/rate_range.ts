import type { ImageSet } from "../data/mod.ts";
import type { Layer } from "../nn/mod.ts";
import { scalarMath } from "../tensor/mod.ts";
import { trainingBatches, trainStep } from "./loop.ts";
import { NonfiniteError } from "./nonfinite.ts";
import type { Recipe } from "./recipe.ts";
import { TrainingState } from "./state.ts";

/** One step of a learning-rate range test. */
export interface RatePoint {
  readonly lr: number;
  /** The step's loss, before its update. */
  readonly loss: number;
  /** The running mean of the losses so far, corrected for its beginning. */
  readonly smoothed: number;
}

/** What a learning-rate range test covers. */
export interface RateRange {
  /** The first rate, 1e-6 by default. */
  readonly from?: number;
  /** The last one, 10 by default. */
  readonly to?: number;
  /** Steps from one to the other, 100 by default. */
  readonly steps?: number;
}

/** How much of the running mean is kept in a step. */
const kept = 0.9;

/**
 * A learning-rate range test (Smith, arXiv 1506.01186): one step for each rate of a geometric series, on
 * fresh weights. It ends early where the running mean of the loss is four times its lowest, or where
 * the loss is no longer finite. A pure function of its arguments.
 */
export function rateTest(
  layer: Layer,
  recipe: Recipe,
  train: ImageSet,
  { from = 1e-6, to = 10, steps = 100 }: RateRange = {},
): RatePoint[] {
  const span = scalarMath.ln(to / from);
  const rateOf = (step: number) => from * scalarMath.exp(span * (step / (steps - 1)));
  const schedule = { name: "range test", rate: (_base: number, step: number) => rateOf(step) };
  using state = new TrainingState(layer, { ...recipe, schedule }, train.count);
  const points: RatePoint[] = [];
  let [mean, weight, lowest] = [0, 1, Infinity];
  while (true) {
    for (const batch of trainingBatches(state, { train })) {
      const lr = rateOf(state.step);
      try {
        if (!trainStep(state, batch)) continue;
      } catch (error) {
        if (error instanceof NonfiniteError) return points;
        throw error;
      }
      mean = kept * mean + (1 - kept) * state.loss;
      weight *= kept;
      const smoothed = mean / (1 - weight);
      lowest = Math.min(lowest, smoothed);
      points.push({ lr, loss: state.loss, smoothed });
      if (points.length === steps || smoothed > 4 * lowest) return points;
    }
    state.completeEpoch(undefined);
  }
}

/**
 * The rate at which the running mean falls most steeply from one step to the next, which is about as
 * high as a rate may be; undefined where it falls by less than a twentieth. The first steps, whose mean
 * is of few losses, and those after the lowest mean are left out.
 */
export function steepestRate(points: readonly RatePoint[]): number | undefined {
  let [steepest, rate]: [number, number | undefined] = [0, undefined];
  const first = Math.ceil(points.length / 10);
  const means = points.slice(first).map(({ smoothed }) => smoothed);
  const lowest = Math.min(...means);
  if (!(lowest < 0.95 * means[0])) return undefined;
  for (let i = first + 1; i <= first + means.indexOf(lowest); i++) {
    const slope = points[i].smoothed - points[i - 1].smoothed;
    if (slope < steepest) [steepest, rate] = [slope, points[i].lr];
  }
  return rate;
}
