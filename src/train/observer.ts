import type { TrainingState } from "./state.ts";

/**
 * Looks at a training while it runs: writes it down, draws it, saves it. An observer decides nothing
 * of the result, and implements what it wants to hear of.
 */
export interface Observer {
  /** The first step of an epoch, or of what is left of it, comes next. */
  beginEpoch?(state: TrainingState): void;
  /** Some steps of an epoch are done: at most ten calls a second. */
  progress?(state: TrainingState): void;
  /** The epoch's last step is done; validation comes next. */
  endSteps?(state: TrainingState): void;
  /** The epoch is complete: its figures are the last of `state.history`. */
  endEpoch?(state: TrainingState): void;
  /** The state is to be saved, in the middle of an epoch too. */
  save?(state: TrainingState): void;
}
