import { z } from "zod";
import {
  callable,
  type Complete,
  complete,
  type NoSettings,
  type Schemas,
  type Spec,
} from "../../settings/mod.ts";

/** Warm-up: the rate rises in a line, as `torch.optim`'s LinearLR, before the schedule begins. */
export interface Warmup {
  /** Epochs that this takes, 0 by default. */
  readonly warmupEpochs?: number;
  /** Share of the rate that the first step uses, 0.01 by default. */
  readonly warmupStart?: number;
}

/** How long a run is, and what has come of it. */
export interface RunLength {
  /** Steps of an epoch. */
  readonly stepsPerEpoch: number;
  /** Steps of all epochs. */
  readonly totalSteps: number;
  /** The validation loss of each epoch so far, where there are validation images. */
  readonly validationLosses?: readonly number[];
}

/** How the learning rate changes over a run. */
export interface Schedule {
  /** Which schedule it is, `cosine`. */
  readonly name: string;
  /** The learning rate of a step, counted from 0, where an optimizer's rate is `base`. */
  rate(base: number, step: number, run: RunLength): number;
}

/** A schedule's definition: its settings and its rate, without warm-up. */
export interface ScheduleDefinition<Settings extends object> extends Spec<Settings> {
  /** Whether it begins with a rise, so that there is no warm-up before it. */
  readonly ownRise?: boolean;
  /** Whether it follows the validation loss. */
  readonly needsValidation?: boolean;
  /** The rate of a step, counted from the end of the warm-up, in a run that is shorter by it. */
  rate(settings: Complete<Settings>, base: number, step: number, run: RunLength): number;
}

/** A schedule of its settings, which `--lr-scheduler` chooses by name. */
export interface ScheduleSpec<Settings extends object = NoSettings> extends Spec<Settings> {
  /** Whether it begins with a rise, so that there is no warm-up before it. */
  readonly ownRise?: boolean;
  /** Whether it follows the validation loss. */
  readonly needsValidation?: boolean;
  (settings?: Partial<Settings> & Warmup): Schedule;
  /** The schedule of settings that come from outside, such as a config. */
  of(settings: object): Schedule;
}

/** What can be set of the warm-up. */
const warmup: Schemas<Warmup> = {
  warmupEpochs: z.int().min(0).default(0).describe("epochs of linear warm-up"),
  warmupStart: z.number().min(0).max(1).default(0.01)
    .describe("share of the rate that warm-up begins with"),
};

/** Makes a schedule of its definition. */
export function schedule<Settings extends object>(
  { rate, ...spec }: ScheduleDefinition<Settings>,
): ScheduleSpec<Settings> {
  const { name, ownRise = false } = spec;
  const of = (given: object): Schedule => {
    const { warmupEpochs: epochs, warmupStart: start, ...own }: Warmup = { ...given };
    const settings = complete(spec, own);
    const rise = { warmupEpochs: epochs, warmupStart: start };
    const { warmupEpochs, warmupStart } = complete({ name, settings: warmup }, rise);
    if (ownRise && warmupEpochs > 0) {
      throw new RangeError(`${name}: warmupEpochs is not for a schedule with a rise of its own`);
    }
    return {
      name,
      rate(base, step, { stepsPerEpoch, totalSteps, validationLosses }) {
        const warmupSteps = warmupEpochs * stepsPerEpoch;
        if (step < warmupSteps) {
          return base * (warmupStart + (1 - warmupStart) * (step / warmupSteps));
        }
        const run = {
          stepsPerEpoch,
          totalSteps: totalSteps - warmupSteps,
          validationLosses: validationLosses?.slice(warmupEpochs),
        };
        return rate(settings, base, step - warmupSteps, run);
      },
    };
  };
  return callable((settings: object = {}) => of(settings), { ...spec, of });
}
