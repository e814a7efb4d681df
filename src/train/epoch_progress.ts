import { milliseconds } from "../clock.ts";
import type { EpochTime } from "./metrics.ts";
import type { Observer } from "./observer.ts";
import { progressBar, type Screen } from "../cli/mod.ts";
import type { TrainingState } from "./state.ts";

/** Measures the epoch that is being trained and shows how far it is. */
export class EpochProgress implements Observer {
  #begun = milliseconds();
  #firstStep = 0;
  #time: EpochTime = { seconds: 0, imagesPerSecond: 0 };

  constructor(readonly screen: Screen) {}

  /** The steps of the epoch that ended last. */
  get time(): EpochTime {
    return this.#time;
  }

  beginEpoch({ stepInEpoch }: TrainingState): void {
    this.#begun = milliseconds();
    this.#firstStep = stepInEpoch;
  }

  progress(
    { recipe, epoch, stepInEpoch, stepsPerEpoch, imagesPerStep, loss }: TrainingState,
  ): void {
    const images = (stepInEpoch - this.#firstStep) * imagesPerStep;
    const imagesPerSecond = images / this.#seconds();
    const { epochs } = recipe;
    const at = { epoch: epoch + 1, epochs, step: stepInEpoch, steps: stepsPerEpoch };
    this.screen.bar((columns) => progressBar({ ...at, loss, imagesPerSecond }, columns));
  }

  endSteps({ stepInEpoch, totals, imagesPerStep }: TrainingState): void {
    const images = stepInEpoch > this.#firstStep
      ? totals.numbers()[2] - this.#firstStep * imagesPerStep
      : 0;
    const seconds = this.#seconds();
    this.#time = { seconds, imagesPerSecond: seconds > 0 ? images / seconds : 0 };
  }

  #seconds(): number {
    return (milliseconds() - this.#begun) / 1000;
  }
}
