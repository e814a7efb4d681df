import type { Recipe } from "../config/config.ts";
import { EpochProgress } from "../train/epoch_progress.ts";
import type { Evaluation } from "../train/evaluate.ts";
import { bestEpoch, epochLine } from "../train/metrics.ts";
import { NonfiniteError, nonfiniteWeight } from "../train/nonfinite.ts";
import type { Pace } from "../train/pace.ts";
import type { Screen } from "../cli/progress.ts";
import type { Run } from "./run.ts";
import type { TrainingState } from "../train/state.ts";
import { tensorDigests, weightsDigest } from "../storage/weights_digest.ts";

/** What the training loop tells of itself. */
export interface Recorder {
  /** The first step of an epoch, or of what is left of it, comes next. */
  beginEpoch(state: TrainingState<Recipe>): void;
  /** Shows how far the epoch is. */
  draw(state: TrainingState<Recipe>): void;
  /** The epoch's last step is done; validation comes next. */
  endSteps(state: TrainingState<Recipe>): void;
  /** Closes the epoch. */
  endEpoch(state: TrainingState<Recipe>, validation: Evaluation | undefined): void;
  /** Saves the state, in the middle of an epoch too. */
  save(state: TrainingState<Recipe>): void;
}

/** Writes a run's records and checkpoints, and tells the screen. */
export class RunRecorder implements Recorder {
  readonly #progress: EpochProgress;
  #savedStep = -1;

  constructor(readonly run: Run, readonly screen: Screen, readonly pace: Pace) {
    this.#progress = new EpochProgress(screen);
  }

  beginEpoch(state: TrainingState<Recipe>): void {
    this.#progress.begin(state);
  }

  draw(state: TrainingState<Recipe>): void {
    this.#progress.draw(state);
  }

  endSteps(state: TrainingState<Recipe>): void {
    this.#progress.end(state);
  }

  endEpoch(state: TrainingState<Recipe>, validation: Evaluation | undefined): void {
    refuseNonfinite(state);
    const metrics = state.completeEpoch(validation);
    const weights = state.storedWeights();
    const { epoch } = metrics;
    const { time } = this.#progress;
    const digests = { weights_sha256: weightsDigest(weights), tensors: tensorDigests(weights) };
    this.run.record(metrics, time, { epoch, ...digests });
    const { checkpoints, config } = this.run;
    if (bestEpoch(state.history, config.bestBy)?.epoch === epoch) {
      checkpoints.saveBest({ tensors: weights, epoch });
    }
    this.save(state);
    this.screen.line(epochLine(metrics, config.epochs, time, config.data));
  }

  save(state: TrainingState<Recipe>): void {
    const { step, stepInEpoch } = state;
    if (step === this.#savedStep && stepInEpoch > 0) return;
    refuseNonfinite(state);
    this.run.checkpoints.save(state.checkpoint());
    this.#savedStep = step;
    this.pace.hasSaved();
  }
}

/** An update may overflow while its loss was finite: such weights are never saved. */
export function refuseNonfinite(state: TrainingState<Recipe>): void {
  const origin = nonfiniteWeight(state.weights);
  if (origin === undefined) return;
  throw new NonfiniteError("A weight is not finite", state, origin);
}
