/** The schedules of the learning rate: a file each, and a line in this one. @module */
import { constant } from "./constant.ts";
import { cosine } from "./cosine.ts";
import { oneCycle } from "./one_cycle.ts";
import { stepDecay } from "./step_decay.ts";

/** All schedules, as `--lr-scheduler` lists them. */
export const schedules: readonly [
  typeof constant,
  typeof stepDecay,
  typeof cosine,
  typeof oneCycle,
] = [constant, stepDecay, cosine, oneCycle];

export { type CosineOptions } from "./cosine.ts";
export { type OneCycleOptions } from "./one_cycle.ts";
export {
  type RunLength,
  type Schedule,
  schedule,
  type ScheduleDefinition,
  type ScheduleSpec,
  type Warmup,
} from "./schedule.ts";
export { type StepDecayOptions } from "./step_decay.ts";
export { constant, cosine, oneCycle, stepDecay };
