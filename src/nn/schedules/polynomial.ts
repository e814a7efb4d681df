import { z } from "zod";
import { scalarMath } from "../../tensor/mod.ts";
import { line, minimum, share } from "./anneal.ts";
import { schedule, type ScheduleSpec } from "./schedule.ts";

/** Settings of the polynomial decay. */
export interface PolynomialOptions {
  /** The power of what is left of the run, 1 by default: a line. */
  readonly power?: number;
  /** The rate at the end, 0 by default. */
  readonly minimum?: number;
}

/** From the rate down to `minimum` by a power of what is left, as `torch.optim`'s PolynomialLR. */
export const polynomial: ScheduleSpec<PolynomialOptions> = schedule({
  name: "polynomial",
  settings: {
    power: z.number().gt(0).max(100).default(1).describe("power of what is left of the run"),
    minimum: minimum(),
  },
  rate({ power, minimum }, base, step, { totalSteps }) {
    const left = 1 - share(step, totalSteps);
    const factor = left === 0 ? 0 : scalarMath.exp(power * scalarMath.ln(left));
    return line(minimum, base, factor);
  },
});
