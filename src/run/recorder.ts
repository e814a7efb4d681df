import type { Screen } from "../cli/mod.ts";
import {
  epochLine,
  EpochProgress,
  type Pace,
  refuseNonfiniteWeights,
  type TrainingState,
} from "../train/mod.ts";
import { epochDigests } from "./digests.ts";
import type { Run } from "./run.ts";

/** Writes a run's records and checkpoints, and tells the screen. */
export class RunRecorder extends EpochProgress {
  #savedStep = -1;

  constructor(readonly run: Run, screen: Screen, readonly pace: Pace) {
    super(screen);
  }

  endEpoch(state: TrainingState): void {
    const { run: { checkpoints, config }, time } = this;
    const metrics = state.history.at(-1)!;
    const { epoch } = metrics;
    const weights = state.storedWeights();
    this.run.record(metrics, time, epochDigests(epoch, weights));
    if (state.isBest) checkpoints.saveBest({ tensors: weights, epoch });
    this.save(state);
    this.screen.line(epochLine(metrics, config.epochs, time, config.data, this.screen.columns));
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
