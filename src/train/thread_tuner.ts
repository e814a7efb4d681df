import { milliseconds } from "../clock.ts";

/** Divides work among at most so many threads from now on, 0 for all of them; returns among how many. */
type DivideAmong = (threads: number) => number;

/** A stretch of steps that is timed takes at least so long, in milliseconds. */
const stretch = 5;
/** So many stretches make a measurement: their median. */
const stretches = 3;
/** For how long a number of threads is kept before others are tried, in milliseconds, ... */
const shortest = 3000;
/** ... or for how many times as long as it took to try them. */
const times = 50;
/** Another number of threads has to be faster by 3 %. */
const better = 0.97;
/** Where fewer threads take a tenth longer, still fewer are not tried. */
const worse = 1.1;

/**
 * Finds among how many threads steps of equal work are divided best, and looks again every few seconds:
 * short steps take longer where many threads read what the others wrote, above all where cores share no
 * cache. A step's results do not depend on it.
 */
export class ThreadTuner {
  readonly #divideAmong: DivideAmong;
  readonly #now: () => number;
  readonly #most: number;
  /** The number of threads while steps are done. */
  #present: number;
  #trial: Generator<number, number, number> | undefined;
  /** When the present trial began, or the next one begins. */
  #trialAt: number;
  /** Milliseconds a step, by stretch. */
  #measured: number[] = [];
  /** When a stretch began, its steps until now, and all of them. */
  #began: number | undefined;
  #steps = 0;
  #length = 1;

  constructor(divideAmong: DivideAmong, now = milliseconds) {
    this.#divideAmong = divideAmong;
    this.#now = now;
    this.#most = this.#present = divideAmong(0);
    this.#trialAt = now();
  }

  /** To be called after each step. */
  stepDone(): void {
    if (this.#most === 1) return;
    if (this.#began === undefined) {
      this.#divideAmong(this.#present);
    } else {
      if (++this.#steps < this.#length) return;
      const now = this.#now();
      const taken = now - this.#began;
      if (taken < stretch) this.#length *= 2;
      else this.#timed(taken / this.#steps, now);
      if (taken > 4 * stretch) this.#length = Math.ceil(this.#length / 2);
    }
    this.#steps = 0;
    this.#began = this.#now();
  }

  /** Other work follows, among all threads, until the next step is done. */
  pause(): void {
    this.#began = undefined;
    this.#divideAmong(0);
  }

  [Symbol.dispose](): void {
    this.pause();
  }

  /** A stretch is over: goes on with the trial, or begins one when it is time. */
  #timed(milliseconds: number, now: number): void {
    if (this.#trial === undefined) {
      if (now < this.#trialAt) return;
      this.#trialAt = now;
      this.#trial = this.#numbers();
      this.#trial.next();
      return;
    }
    if (this.#measured.push(milliseconds) < stretches) return;
    const median = this.#measured.sort((a, b) => a - b)[stretches >> 1]!;
    this.#measured = [];
    const { value, done } = this.#trial.next(median);
    this.#present = value;
    this.#divideAmong(value);
    if (!done) return;
    this.#trial = undefined;
    this.#trialAt = now + Math.max(shortest, times * (now - this.#trialAt));
  }

  /** Yields numbers of threads, is told how long a step takes with each, and returns the best one. */
  *#numbers(): Generator<number, number, number> {
    const first = this.#present;
    let [best, least] = [first, yield first];
    for (let fewer = first >> 1; fewer > 0; fewer >>= 1) {
      const time = yield fewer;
      const isWorse = time > worse * least;
      if (time < better * least) [best, least] = [fewer, time];
      if (isWorse) break;
    }
    const more = Math.min(2 * first, this.#most);
    if (more > first && (yield more) < better * least) best = more;
    return best;
  }
}
