import type { Screen } from "../cli/mod.ts";
import { tensorDigests, weightsDigest } from "../storage/mod.ts";
import {
  epochLine,
  EpochProgress,
  type Observer,
  type Pace,
  refuseNonfiniteWeights,
  type TrainingState,
} from "../train/mod.ts";
import type { Run } from "./run.ts";

/** Writes a run's records and checkpoints, and tells the screen. */
export class RunRecorder implements Observer {
  readonly #progress: EpochProgress;
  #savedStep = -1;

  constructor(readonly run: Run, readonly screen: Screen, readonly pace: Pace) {
    this.#progress = new EpochProgress(screen);
  }

  beginEpoch(state: TrainingState): void {
    this.#progress.begin(state);
  }

  progress(state: TrainingState): void {
    this.#progress.draw(state);
  }

  endSteps(state: TrainingState): void {
    this.#progress.end(state);
  }

  endEpoch(state: TrainingState): void {
    const { checkpoints, config } = this.run;
    const { time } = this.#progress;
    const metrics = state.history.at(-1)!;
    const { epoch } = metrics;
    const weights = state.storedWeights();
    const digests = { weights_sha256: weightsDigest(weights), tensors: tensorDigests(weights) };
    this.run.record(metrics, time, { epoch, ...digests });
    if (state.isBest) checkpoints.saveBest({ tensors: weights, epoch });
    this.save(state);
    this.screen.line(epochLine(metrics, config.epochs, time, config.data));
  }

  save(state: TrainingState): void {
    const { step, stepInEpoch } = state;
    if (step === this.#savedStep && stepInEpoch > 0) return;
    refuseNonfiniteWeights(state);
    this.run.checkpoints.save(state.checkpoint());
    this.#savedStep = step;
    this.pace.hasSaved();
  }
}
