import { scalarMath } from "../tensor/mod.ts";

/** Steps at the beginning in which the rate rises in a line, as `torch.optim`'s LinearLR. */
export interface Warmup {
  /** How many steps that takes, 0 by default. */
  readonly warmupSteps?: number;
  /** Share of the rate that the first step uses, 0.01 by default. */
  readonly warmupStart?: number;
}

/** The same rate throughout. */
export interface ConstantSchedule extends Warmup {
  /** Which schedule it is. */
  readonly name: "constant";
}

/** The rate times `gamma` (0.1) after every `size` steps, as `torch.optim`'s StepLR. */
export interface StepSchedule extends Warmup {
  /** Which schedule it is. */
  readonly name: "step";
  /** Steps from one fall of the rate to the next. */
  readonly size: number;
  /** What the rate is multiplied by, 0.1 by default. */
  readonly gamma?: number;
}

/** Half a cosine from the rate down to `minimum` (0) (Loshchilov and Hutter, arXiv 1608.03983). */
export interface CosineSchedule extends Warmup {
  /** Which schedule it is. */
  readonly name: "cosine";
  /** The rate at the end, 0 by default. */
  readonly minimum?: number;
}

/**
 * Up from `rate / startDivisor` (25) for `warmShare` (0.3) of the steps, then down to `1 /
 * endDivisor` (1e4) of where it began, by half cosines or in lines (Smith and Topin, arXiv
 * 1708.07120, as `torch.optim`'s OneCycleLR).
 */
export interface OneCycleSchedule {
  /** Which schedule it is. */
  readonly name: "one-cycle";
  /** Share of the steps in which the rate rises, 0.3 by default. */
  readonly warmShare?: number;
  /** How it rises and falls, `cos` by default. */
  readonly anneal?: "cos" | "linear";
  /** What the rate is divided by at the beginning, 25 by default. */
  readonly startDivisor?: number;
  /** What that is divided by again at the end, 10,000 by default. */
  readonly endDivisor?: number;
}

/** How the learning rate changes over a run. */
export type Schedule = ConstantSchedule | StepSchedule | CosineSchedule | OneCycleSchedule;

/** The learning rate of a step, counted from 0, in a run of `totalSteps`. */
export function learningRate(
  schedule: Schedule,
  baseRate: number,
  step: number,
  totalSteps: number,
): number {
  if (schedule.name === "one-cycle") return oneCycle(schedule, baseRate, step, totalSteps);
  const { warmupSteps = 0, warmupStart = 0.01 } = schedule;
  if (step < warmupSteps) {
    return baseRate * (warmupStart + (1 - warmupStart) * (step / warmupSteps));
  }
  const done = step - warmupSteps;
  switch (schedule.name) {
    case "constant":
      return baseRate;
    case "step":
      return baseRate * scalarMath.power(schedule.gamma ?? 0.1, Math.floor(done / schedule.size));
    case "cosine":
      return halfCosine(baseRate, schedule.minimum ?? 0, share(done, totalSteps - warmupSteps));
  }
}

function oneCycle(
  schedule: OneCycleSchedule,
  greatest: number,
  step: number,
  totalSteps: number,
): number {
  const { warmShare = 0.3, anneal = "cos", startDivisor = 25, endDivisor = 1e4 } = schedule;
  const between = anneal === "cos" ? halfCosine : line;
  const start = greatest / startDivisor;
  const top = warmShare * totalSteps - 1;
  if (step <= top) return between(start, greatest, share(step, top));
  return between(greatest, start / endDivisor, share(step - top, totalSteps - 1 - top));
}

const share = (part: number, whole: number): number =>
  whole <= 0 ? 1 : Math.min(Math.max(part / whole, 0), 1);

/** From `start` at `progress` 0 to `end` at 1. */
const line = (start: number, end: number, progress: number): number =>
  start + (end - start) * progress;

const halfCosine = (start: number, end: number, progress: number): number =>
  end + (start - end) * ((1 + scalarMath.cos(Math.PI * progress)) / 2);
