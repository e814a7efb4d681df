import { z } from "zod";
import { scalarMath } from "../../tensor/mod.ts";
import { schedule, type ScheduleSpec } from "./schedule.ts";

/** Settings of the step decay. */
export interface StepDecayOptions {
  /** Epochs from one fall of the rate to the next, 3 by default. */
  readonly stepSize?: number;
  /** What the rate is multiplied by, 0.1 by default. */
  readonly gamma?: number;
}

/** The rate times `gamma` after every `stepSize` epochs, as `torch.optim`'s StepLR. */
export const stepDecay: ScheduleSpec<StepDecayOptions> = schedule({
  name: "step",
  settings: {
    stepSize: z.int().min(1).default(3).describe("epochs between the steps"),
    gamma: z.number().gt(0).max(1).default(0.1).describe("factor at each step"),
  },
  rate({ stepSize, gamma }, base, step, { stepsPerEpoch }) {
    return base * scalarMath.power(gamma, Math.floor(step / (stepSize * stepsPerEpoch)));
  },
});
