import { setImmediate } from "node:timers";
import { milliseconds } from "../clock.ts";
import { type StopSignal, stopSignals } from "../cli/mod.ts";
import type { EpochMetrics } from "./metrics.ts";
import { greatest, type Ranks } from "./ranks.ts";

/** How often the loop lets signals and the terminal have their turn, and how often it saves. */
export interface PaceOptions {
  /** Where stop signals arrive. */
  readonly signals?: { readonly received: StopSignal | undefined };
  /** `50` (steps) or `30s` (seconds) between the checkpoints inside an epoch. */
  readonly checkpointEvery?: string;
  /** `90s`, `30m` or `2h` after which the training ends, counted from here. */
  readonly maxTime?: string;
  /** Whether the training pauses after an epoch; it was saved then. */
  readonly pauses?: (history: readonly EpochMetrics[]) => boolean;
}

const millisecondsOf = { s: 1000, m: 60_000, h: 3_600_000 };

// A busy event loop asks the system for signals only once in 61 turns (tokio's event interval).
// 64 turns take 0.1 ms; a timer, which makes the loop wait and so hear at once, takes 2 ms.
const turnsToHear = 64;

const restEvery = 40; // milliseconds
const drawEvery = 100; // milliseconds

/**
 * The loop's sense of time: it decides when to rest, to draw, to save and to pause, and so nothing that
 * could change a result, but for `maxTime`.
 */
export class Pace {
  readonly #options: PaceOptions;
  readonly #steps: number;
  readonly #milliseconds: number;
  readonly #end: number;
  /** What all processes have agreed on: 0 to go on, 1 that time is over, from 2 on a signal. */
  #agreed = 0;
  #rested = milliseconds();
  #drawn = -Infinity;
  #saved = milliseconds();

  constructor(options: PaceOptions = {}) {
    const { checkpointEvery = "", maxTime } = options;
    const every = Number.parseInt(checkpointEvery) || Infinity;
    const timed = checkpointEvery.endsWith("s");
    this.#options = options;
    this.#steps = timed ? Infinity : every;
    this.#milliseconds = timed ? every * 1000 : Infinity;
    const unit = maxTime?.at(-1) as keyof typeof millisecondsOf;
    this.#end = maxTime === undefined
      ? Infinity
      : milliseconds() + Number.parseFloat(maxTime) * millisecondsOf[unit];
  }

  /** The signal that asks this process to stop, as far as it has been heard. */
  get asked(): StopSignal | undefined {
    return this.#options.signals?.received;
  }

  /** Asks all processes of a run: what one is asked, all do, at the same place. */
  agree(ranks: Ranks): void {
    const { asked } = this;
    const timeIsOver = this.#end !== Infinity && milliseconds() >= this.#end;
    const own = asked === undefined ? Number(timeIsOver) : 2 + stopSignals.indexOf(asked);
    this.#agreed = greatest(ranks, own);
  }

  /** The signal that asks to stop, as all have agreed. */
  get stop(): StopSignal | undefined {
    return stopSignals[this.#agreed - 2];
  }

  /** Whether the training's time is over, as all have agreed. */
  get timeIsUp(): boolean {
    return this.#agreed > 0;
  }

  /** Whether the training pauses after the last epoch of this history. */
  pauseIsDue(history: readonly EpochMetrics[]): boolean {
    return this.#options.pauses?.(history) ?? false;
  }

  /** Whether a checkpoint is due after this step. */
  saveIsDue(step: number): boolean {
    if (this.#steps !== Infinity) return step % this.#steps === 0;
    return this.#milliseconds !== Infinity && milliseconds() - this.#saved >= this.#milliseconds;
  }

  /** Counts the time to the next checkpoint from now. */
  hasSaved(): void {
    this.#saved = milliseconds();
  }

  /** Whether it is time to let the event loop run: cheap enough to ask after each step. */
  restIsDue(): boolean {
    return milliseconds() - this.#rested >= restEvery;
  }

  /** Lets signals arrive, and redraws at most ten times a second. */
  async rest(draw?: () => void): Promise<void> {
    for (let turn = 0; turn < turnsToHear; turn++) {
      await new Promise<void>((resolve) => setImmediate(resolve));
    }
    this.#rested = milliseconds();
    if (draw === undefined || this.#rested - this.#drawn < drawEvery) return;
    this.#drawn = this.#rested;
    draw();
  }
}
