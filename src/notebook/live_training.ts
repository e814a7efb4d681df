import { curvesPicture } from "../picture/mod.ts";
import {
  bestEpoch,
  type EpochMetrics,
  type Fitted,
  type Recipe,
  type Watcher,
} from "../train/mod.ts";
import type { Broadcast } from "./broadcast.ts";
import { LiveLines } from "./live_lines.ts";
import { LiveOutput, settled } from "./live_output.ts";
import { pictureMedia } from "./show.ts";
import { counted } from "../printable.ts";

/** Shows a training below its cell while it runs: a line an epoch, a bar, and the curves so far. */
export class LiveTraining implements Watcher {
  readonly screen: LiveLines;
  readonly #curves: LiveOutput;

  /** `title` stands above the curves. */
  constructor(readonly title: string, send?: Broadcast) {
    this.screen = new LiveLines(send);
    this.#curves = new LiveOutput(send);
  }

  epoch(history: readonly EpochMetrics[], { epochs, bestBy }: Recipe): void {
    const best = bestEpoch(history, bestBy)?.epoch;
    const subtitle = `${history.length} of ${counted(epochs, "epoch")}`;
    const picture = curvesPicture({ title: this.title, subtitle, history, best, epochs });
    this.#curves.update(pictureMedia(picture));
  }

  async done({ parameters, best, seconds }: Fitted): Promise<void> {
    this.screen.line(
      `${parameters} weights trained in ${seconds.toFixed(1)} s; ` +
        `the model has those of its best epoch, ${best.epoch}`,
    );
    await settled();
  }
}
