import { milliseconds } from "../clock.ts";

/** Divides work among at most so many threads from now on, 0 for all of them; returns among how many. */
type DivideAmong = (threads: number) => number;

/** So many steps are done before anything is tried: a short training of long steps would never gain by it. */
const firstSteps = 50;
/** Steps are timed in stretches of so many milliseconds, ... */
const stretchTime = 5;
/** ... of which the median of so many counts. */
const stretchCount = 3;
/** For how many milliseconds a number of threads is kept before others are tried, ... */
const keptTime = 3000;
/** ... or for how many times the time that it took to try them. */
const keptTrials = 50;
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
  /** When a stretch began or went on, the milliseconds before, its steps until now, and all of them. */
  #began: number | undefined;
  #before = 0;
  #steps = 0;
  #length = 1;
  /** Steps until the first trial. */
  #untried = firstSteps;

  constructor(divideAmong: DivideAmong, now = milliseconds) {
    this.#divideAmong = divideAmong;
    this.#now = now;
    this.#most = this.#present = divideAmong(0);
    this.#trialAt = now();
  }

  /** To be called after each step. */
  stepDone(): void {
    if (this.#most === 1 || --this.#untried > 0) return;
    if (this.#began === undefined) {
      this.#divideAmong(this.#present);
      this.#began = this.#now();
    } else if (++this.#steps >= this.#length) {
      const now = this.#now();
      const taken = this.#before + now - this.#began;
      if (taken < stretchTime) this.#length *= 2;
      else this.#timed(taken / this.#steps, now);
      if (taken > 4 * stretchTime) this.#length = Math.ceil(this.#length * stretchTime / taken);
      [this.#before, this.#steps, this.#began] = [0, 0, this.#now()];
    }
  }

  /** Other work follows, among all threads, until the next step is done. */
  pause(): void {
    if (this.#began !== undefined) this.#before += this.#now() - this.#began;
    this.#began = undefined;
    this.#divideAmong(0);
  }

  [Symbol.dispose](): void {
    this.pause();
  }

  /** A stretch is over: goes on with the trial, or begins one when it is time. */
  #timed(stepTime: number, now: number): void {
    if (this.#trial === undefined) {
      if (now < this.#trialAt) return;
      this.#trialAt = now;
      this.#trial = this.#numbers();
      this.#trial.next();
      return;
    }
    if (this.#measured.push(stepTime) < stretchCount) return;
    const median = this.#measured.sort((a, b) => a - b)[stretchCount >> 1]!;
    this.#measured = [];
    const { value, done } = this.#trial.next(median);
    this.#present = value;
    this.#divideAmong(value);
    if (!done) return;
    this.#trial = undefined;
    this.#trialAt = now + Math.max(keptTime, keptTrials * (now - this.#trialAt));
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
