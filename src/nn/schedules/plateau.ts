import { z } from "zod";
import { minimum } from "./anneal.ts";
import { schedule, type ScheduleSpec } from "./schedule.ts";

/** Settings of the plateau schedule. */
export interface PlateauOptions {
  /** What the rate is multiplied by, 0.1 by default. */
  readonly gamma?: number;
  /** Epochs without a lower validation loss that are borne, 10 by default. */
  readonly patience?: number;
  /** Share of the lowest loss by which a lower one has to differ, 0.0001 by default. */
  readonly threshold?: number;
  /** Epochs after a fall that are not counted, 0 by default. */
  readonly cooldown?: number;
  /** The rate that it does not fall below, 0 by default. */
  readonly minimum?: number;
}

/**
 * The rate times `gamma` whenever the validation loss has not fallen for more than `patience` epochs, as
 * `torch.optim`'s ReduceLROnPlateau. It remembers nothing: it follows from the losses so far.
 */
export const plateau: ScheduleSpec<PlateauOptions> = schedule({
  name: "plateau",
  settings: {
    gamma: z.number().gt(0).lt(1).default(0.1).describe("factor at each fall"),
    patience: z.int().min(0).default(10).describe("epochs without a lower validation loss"),
    threshold: z.number().min(0).lt(1).default(1e-4)
      .describe("share of the loss by which a lower one differs"),
    cooldown: z.int().min(0).default(0).describe("epochs after a fall that are not counted"),
    minimum: minimum(),
  },
  needsValidation: true,
  rate({ gamma, patience, threshold, cooldown, minimum }, base, step, run) {
    const { stepsPerEpoch, validationLosses = [] } = run;
    const epochs = Math.floor(step / stepsPerEpoch);
    if (validationLosses.length < epochs) {
      throw new RangeError("plateau follows the validation loss: it needs validation images");
    }
    let [rate, lowest, bad, cooling] = [base, Infinity, 0, 0];
    for (const loss of validationLosses.slice(0, epochs)) {
      const isLower = loss < lowest * (1 - threshold);
      if (isLower) lowest = loss;
      bad = isLower || cooling > 0 ? 0 : bad + 1;
      cooling = Math.max(cooling - 1, 0);
      if (bad <= patience) continue;
      [rate, bad, cooling] = [Math.max(rate * gamma, minimum), 0, cooldown];
    }
    return rate;
  },
});
