import { milliseconds } from "./clock.ts";
import type { Evaluation } from "./evaluate.ts";
import { bestEpoch, epochLine } from "./metrics.ts";
import { NonfiniteError, nonfiniteWeight } from "./nonfinite.ts";
import type { Pace } from "./pace.ts";
import { progressBar, type Screen } from "./progress.ts";
import type { Run } from "./run.ts";
import type { TrainingState } from "./state.ts";
import { tensorDigests, weightsDigest } from "./weights_digest.ts";

/** What the training loop tells of itself. */
export interface Recorder {
  /** The first step of an epoch, or of what is left of it, comes next. */
  beginEpoch(state: TrainingState): void;
  /** Shows how far the epoch is. */
  draw(state: TrainingState): void;
  /** The epoch's last step is done; validation comes next. */
  endSteps(state: TrainingState): void;
  /** Closes the epoch. */
  endEpoch(state: TrainingState, validation: Evaluation | undefined): void;
  /** Saves the state, in the middle of an epoch too. */
  save(state: TrainingState): void;
}

/** Writes a run's records and checkpoints, and tells the screen. */
export class RunRecorder implements Recorder {
  #begun = milliseconds();
  #firstStep = 0;
  #seconds = 0;
  #images = 0;
  #savedStep = -1;

  constructor(readonly run: Run, readonly screen: Screen, readonly pace: Pace) {}

  beginEpoch({ stepInEpoch }: TrainingState): void {
    this.#begun = milliseconds();
    this.#firstStep = stepInEpoch;
  }

  draw({ config, epoch, stepInEpoch, stepsPerEpoch, loss }: TrainingState): void {
    const seconds = (milliseconds() - this.#begun) / 1000;
    const images = (stepInEpoch - this.#firstStep) * config.batchSize;
    const { epochs } = config;
    this.screen.bar(() =>
      progressBar({
        epoch: epoch + 1,
        epochs,
        step: stepInEpoch,
        steps: stepsPerEpoch,
        loss,
        imagesPerSecond: images / seconds,
      })
    );
  }

  endSteps({ stepInEpoch, totals, config }: TrainingState): void {
    const images = totals.numbers()[2] - this.#firstStep * config.batchSize;
    this.#seconds = (milliseconds() - this.#begun) / 1000;
    this.#images = stepInEpoch > this.#firstStep ? images : 0;
  }

  endEpoch(state: TrainingState, validation: Evaluation | undefined): void {
    refuseNonfinite(state);
    const metrics = state.completeEpoch(validation);
    const weights = state.storedWeights();
    const { epoch } = metrics;
    const seconds = this.#seconds;
    const time = { seconds, imagesPerSecond: seconds > 0 ? this.#images / seconds : 0 };
    const digests = { weights_sha256: weightsDigest(weights), tensors: tensorDigests(weights) };
    this.run.record(metrics, time, { epoch, ...digests });
    const { checkpoints, config } = this.run;
    if (bestEpoch(state.history, config.bestBy)?.epoch === epoch) {
      checkpoints.saveBest({ tensors: weights, epoch });
    }
    this.save(state);
    this.screen.line(epochLine(metrics, config.epochs, time, config.data));
  }

  save(state: TrainingState): void {
    const { step, stepInEpoch } = state;
    if (step === this.#savedStep && stepInEpoch > 0) return;
    refuseNonfinite(state);
    this.run.checkpoints.save(state.checkpoint());
    this.#savedStep = step;
    this.pace.hasSaved();
  }
}

/** An update may overflow while its loss was finite: such weights are never saved. */
function refuseNonfinite(state: TrainingState): void {
  const origin = nonfiniteWeight(state.weights);
  if (origin === undefined) return;
  throw new NonfiniteError("A weight is not finite", state, origin);
}
