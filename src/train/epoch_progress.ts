import { milliseconds } from "../clock.ts";
import type { EpochTime } from "./metrics.ts";
import { progressBar, type Screen } from "../cli/mod.ts";
import type { TrainingState } from "./state.ts";

/** Measures the epoch that is being trained and shows how far it is. */
export class EpochProgress {
  #begun = milliseconds();
  #firstStep = 0;
  #time: EpochTime = { seconds: 0, imagesPerSecond: 0 };

  constructor(readonly screen: Screen) {}

  /** The steps of the epoch that ended last. */
  get time(): EpochTime {
    return this.#time;
  }

  /** The first step of an epoch, or of what is left of it, comes next. */
  begin({ stepInEpoch }: TrainingState): void {
    this.#begun = milliseconds();
    this.#firstStep = stepInEpoch;
  }

  /** Shows how far the epoch is. */
  draw({ recipe, epoch, stepInEpoch, stepsPerEpoch, loss }: TrainingState): void {
    const images = (stepInEpoch - this.#firstStep) * recipe.batchSize;
    const imagesPerSecond = images / this.#seconds();
    const { epochs } = recipe;
    const at = { epoch: epoch + 1, epochs, step: stepInEpoch, steps: stepsPerEpoch };
    this.screen.bar(() => progressBar({ ...at, loss, imagesPerSecond }));
  }

  /** The epoch's last step is done. */
  end({ stepInEpoch, totals, recipe }: TrainingState): void {
    const images = stepInEpoch > this.#firstStep
      ? totals.numbers()[2] - this.#firstStep * recipe.batchSize
      : 0;
    const seconds = this.#seconds();
    this.#time = { seconds, imagesPerSecond: seconds > 0 ? images / seconds : 0 };
  }

  #seconds(): number {
    return (milliseconds() - this.#begun) / 1000;
  }
}
