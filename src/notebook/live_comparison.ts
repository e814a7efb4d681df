import { convergencePicture, type NamedCurve } from "../picture/mod.ts";
import { headlinesOf, logged } from "../statistics/mod.ts";
import type { Fitted, Watcher } from "../train/mod.ts";
import type { Broadcast } from "./broadcast.ts";
import { LiveLines } from "./live_lines.ts";
import { LiveOutput, settled } from "./live_output.ts";
import { pictureMedia } from "./show.ts";

/**
 * Shows several trainings below one cell while they run one after the other: a line a training, a
 * bar, and their validation curves over each other.
 */
export class LiveComparison {
  readonly #lines: LiveLines;
  readonly #curves: LiveOutput;
  readonly #runs: NamedCurve[] = [];

  /** `title` and `subtitle` stand above the curves. */
  constructor(readonly title: string, readonly subtitle: string, send?: Broadcast) {
    this.#lines = new LiveLines(send);
    this.#curves = new LiveOutput(send);
  }

  /** Shows a training that is already done, to compare the next ones with. */
  add(name: string, { history }: Pick<Fitted, "history">): void {
    this.#runs.push({ name, history });
    this.#draw();
  }

  /** Watches the next training, which is called `name`. */
  watch(name: string): Watcher {
    const place = this.#runs.length;
    return {
      screen: {
        line() {},
        bar: (text) => this.#lines.bar((columns) => `${name}: ${text(columns)}`),
      },
      epoch: (history) => {
        this.#runs[place] = { name, history: [...history] };
        this.#draw();
      },
      done: async (fitted) => {
        this.#lines.line(`${name}: ${outcome(fitted)}`);
        await settled();
      },
    };
  }

  #draw(): void {
    const picture = convergencePicture(this.title, this.subtitle, this.#runs);
    this.#curves.update(pictureMedia(picture));
  }
}

function outcome({ best, parameters, seconds }: Fitted): string {
  const validation = logged(headlinesOf("val"), best);
  const figures = validation.length > 0 ? validation : logged(headlinesOf("train"), best);
  return `${figures.join(", ")} in epoch ${best.epoch}, ${parameters} weights, ${
    seconds.toFixed(1)
  } s`;
}
