import type { TrainConfig } from "../config/mod.ts";
import { type Figure, rankedOf } from "../statistics/mod.ts";
import { bestEpoch, type EpochMetrics } from "../train/mod.ts";
import type { Course, Leave } from "./pruners/mod.ts";
import type { Observation } from "./samplers/mod.ts";
import type { Point } from "./space.ts";

/** How a trial's run stands: `open` is one that is to be trained, `paused` waits for a decision. */
export type RunState = "open" | "paused" | "complete" | "pruned" | "failed";

/** A trial's run with one seed. */
export interface TrialRun extends Leave {
  readonly trial: number;
  readonly seed: number;
  /** The text of its config.json. */
  readonly configText: string;
  readonly state: RunState;
  /** The name of its folder, below that of the study. */
  readonly folder: string;
  readonly history: readonly EpochMetrics[];
  /** The digests of its weights after each epoch. */
  readonly digests: readonly string[];
  /** The sentence with which it failed. */
  readonly failure?: string;
}

/** A trial: values, and a run of them for each seed. */
export interface Trial {
  readonly n: number;
  readonly point: Point;
  /** The earlier trial that has the same configs. */
  readonly sameAs?: number;
  /** The sentence that says why its values cannot be trained with. */
  readonly failure?: string;
  readonly runs: readonly TrialRun[];
}

/** The figure that trials are compared by. */
export type Objective = Figure<"val">;

/** The figure of a word of `--best-by`. */
export const objectiveOf = (bestBy: TrainConfig["bestBy"]): Objective =>
  rankedOf("val").find(({ label }) => label === bestBy)!;

/** A figure turned so that lower is better; Infinity where there is no figure. */
const turned = ({ better }: Objective, value = NaN): number =>
  Number.isNaN(value) ? Infinity : better === "higher" ? -value : value;

/** The objective in each epoch, turned so that lower is better. */
export const courseOf = (history: readonly EpochMetrics[], objective: Objective): number[] =>
  history.map((epoch) => turned(objective, epoch[objective.key]));

/** The lowest of the numbers up to each of them. */
export function lowestSoFar(values: readonly number[]): number[] {
  let lowest = Infinity;
  return values.map((value) => lowest = Math.min(lowest, value));
}

/** How a run stands after its last epoch, as far as its leave goes; undefined where it goes on. */
export function verdict(
  history: readonly EpochMetrics[],
  { until, limits }: Leave,
  objective: Objective,
): "paused" | "pruned" | undefined {
  const last = history.length - 1;
  const best = lowestSoFar(courseOf(history, objective)).at(-1) ?? Infinity;
  const limit = limits?.[last];
  if (limit !== undefined && limit !== null && best > limit) return "pruned";
  return last + 1 >= until ? "paused" : undefined;
}

/** How a trial stands: as its runs do, the worst of them first. */
export function stateOf({ failure, runs }: Trial): RunState {
  if (failure !== undefined) return "failed";
  const states = new Set(runs.map(({ state }) => state));
  const worst = ["failed", "open", "pruned", "paused"] as const;
  return worst.find((state) => states.has(state)) ?? "complete";
}

/** The best validation figure of each run, as it was measured. */
export const bestFigures = ({ runs }: Trial, objective: Objective): number[] =>
  runs.flatMap(({ history }) => bestEpoch(history, objective.label)?.[objective.key] ?? []);

const mean = (numbers: readonly number[]): number =>
  numbers.reduce((sum, x) => sum + x, 0) / numbers.length;

/** What a trial shows to pruners: the means over its runs, epoch by epoch. */
export function trialCourse(trial: Trial, objective: Objective): Course {
  const state = stateOf(trial);
  const all = trial.runs.map(({ history }) => courseOf(history, objective));
  const epochs = Math.min(...all.map(({ length }) => length));
  const meansOf = (some: readonly (readonly number[])[]) =>
    Array.from(
      { length: Number.isFinite(epochs) ? epochs : 0 },
      (_, i) => mean(some.map((run) => run[i])),
    );
  return {
    n: trial.n,
    values: meansOf(all),
    best: meansOf(all.map(lowestSoFar)),
    state: state === "open" ? "paused" : state,
  };
}

/** What a trial shows to samplers. */
export function observationOf(trial: Trial, objective: Objective): Observation {
  const { best, state } = trialCourse(trial, objective);
  return {
    point: trial.point,
    value: state === "failed" ? Infinity : best.at(-1) ?? Infinity,
    epochs: best.length,
    complete: state === "complete",
  };
}

/** The trials that were trained to their end, the best first. */
export function ranking(trials: readonly Trial[], objective: Objective): Trial[] {
  const value = (trial: Trial) =>
    mean(bestFigures(trial, objective).map((x) => turned(objective, x)));
  return trials.filter((trial) => trial.sameAs === undefined && stateOf(trial) === "complete")
    .map((trial) => ({ trial, value: value(trial) }))
    .sort((a, b) => a.value - b.value || a.trial.n - b.trial.n)
    .map(({ trial }) => trial);
}
