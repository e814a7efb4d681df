/** The schedules of the learning rate: a file each, and a line in this one. @module */
import { constant } from "./constant.ts";
import { cosine } from "./cosine.ts";
import { cosineRestarts } from "./cosine_restarts.ts";
import { oneCycle } from "./one_cycle.ts";
import { plateau } from "./plateau.ts";
import { polynomial } from "./polynomial.ts";
import { stepDecay } from "./step_decay.ts";
import { trapezoid } from "./trapezoid.ts";

/** All schedules, as `--lr-scheduler` lists them. */
export const schedules: readonly [
  typeof constant,
  typeof stepDecay,
  typeof cosine,
  typeof oneCycle,
  typeof cosineRestarts,
  typeof trapezoid,
  typeof polynomial,
  typeof plateau,
] = [constant, stepDecay, cosine, oneCycle, cosineRestarts, trapezoid, polynomial, plateau];

export { type CosineOptions } from "./cosine.ts";
export { type CosineRestartsOptions } from "./cosine_restarts.ts";
export { type OneCycleOptions } from "./one_cycle.ts";
export {
  type RunLength,
  type Schedule,
  schedule,
  type ScheduleDefinition,
  type ScheduleSpec,
  type Warmup,
} from "./schedule.ts";
export { type PlateauOptions } from "./plateau.ts";
export { type PolynomialOptions } from "./polynomial.ts";
export { type StepDecayOptions } from "./step_decay.ts";
export { type TrapezoidOptions } from "./trapezoid.ts";
export { constant, cosine, cosineRestarts, oneCycle, plateau, polynomial, stepDecay, trapezoid };
