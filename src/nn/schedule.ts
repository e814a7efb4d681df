import { scalarMath } from "../tensor/mod.ts";

/** Steps at the beginning in which the rate rises in a line from nearly 0. */
interface Warmup {
  readonly warmupSteps?: number;
}

/** The same rate throughout. */
export interface ConstantSchedule extends Warmup {
  readonly name: "constant";
}

/** The rate times `factor` (0.1) after every `every` steps, as `torch.optim`'s StepLR. */
export interface StepSchedule extends Warmup {
  readonly name: "step";
  readonly every: number;
  readonly factor?: number;
}

/** Half a cosine from the rate to `finalRate` (0) (Loshchilov and Hutter, arXiv 1608.03983). */
export interface CosineSchedule extends Warmup {
  readonly name: "cosine";
  readonly finalRate?: number;
}

/**
 * Half a cosine up from `rate / startDivisor` (25) to the rate for `rise` (0.3) of the steps, and
 * down to `1 / finalDivisor` (1e4) of where it began (Smith and Topin, arXiv 1708.07120, as
 * `torch.optim`'s OneCycleLR).
 */
export interface OneCycleSchedule {
  readonly name: "one-cycle";
  readonly rise?: number;
  readonly startDivisor?: number;
  readonly finalDivisor?: number;
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
  const { warmupSteps = 0 } = schedule;
  if (step < warmupSteps) return baseRate * ((step + 1) / warmupSteps);
  const done = step - warmupSteps;
  switch (schedule.name) {
    case "constant":
      return baseRate;
    case "step":
      return baseRate * scalarMath.power(schedule.factor ?? 0.1, Math.floor(done / schedule.every));
    case "cosine":
      return halfCosine(baseRate, schedule.finalRate ?? 0, share(done, totalSteps - warmupSteps));
  }
}

function oneCycle(
  { rise = 0.3, startDivisor = 25, finalDivisor = 1e4 }: OneCycleSchedule,
  greatest: number,
  step: number,
  totalSteps: number,
): number {
  const start = greatest / startDivisor;
  const top = rise * totalSteps - 1;
  if (step <= top) return halfCosine(start, greatest, share(step, top));
  return halfCosine(greatest, start / finalDivisor, share(step - top, totalSteps - 1 - top));
}

const share = (part: number, whole: number): number =>
  whole <= 0 ? 1 : Math.min(Math.max(part / whole, 0), 1);

/** From `start` at `progress` 0 to `end` at 1. */
const halfCosine = (start: number, end: number, progress: number): number =>
  end + (start - end) * ((1 + scalarMath.cos(Math.PI * progress)) / 2);
