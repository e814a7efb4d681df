import { bestEpoch } from "../train/mod.ts";
import type { Objective, Trial } from "./trial.ts";

/** How much better one trial is than another over the seeds that both were trained with. */
export interface Comparison {
  /** The mean difference, above 0 where the first one is better. */
  readonly mean: number;
  /** The chance of a difference at least as large, either way, if both were equally good. */
  readonly p: number;
  readonly seeds: number;
}

/** More pairs than these are not flipped in every way. */
const mostPairs = 16;

/**
 * Compares the best figures of two trials, seed by seed, by the exact test of Fisher (1935): each
 * pair's difference with either sign is equally likely. Undefined where less than two seeds are shared.
 */
export function comparison(
  first: Trial,
  second: Trial,
  objective: Objective,
): Comparison | undefined {
  const figure = ({ runs }: Trial, seed: number) => {
    const run = runs.find((run) => run.seed === seed);
    return run && bestEpoch(run.history, objective.label)?.[objective.key];
  };
  const sign = objective.better === "higher" ? 1 : -1;
  const differences = first.runs.flatMap(({ seed }) => {
    const [a, b] = [figure(first, seed), figure(second, seed)];
    return a === undefined || b === undefined ? [] : [sign * (a - b)];
  }).slice(0, mostPairs);
  const seeds = differences.length;
  if (seeds < 2) return undefined;
  const sum = differences.reduce((total, x) => total + x, 0);
  let extreme = 0;
  for (let flips = 0; flips < 1 << seeds; flips++) {
    const flipped = differences.reduce((total, x, i) => total + ((flips >> i) & 1 ? -x : x), 0);
    if (Math.abs(flipped) >= Math.abs(sum) * (1 - 1e-12)) extreme++;
  }
  return { mean: sum / seeds, p: extreme / (1 << seeds), seeds };
}
