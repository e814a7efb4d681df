import { milliseconds } from "../../clock.ts";
import { RequestError } from "../request_error.ts";

/** How requests are joined into batches. */
export interface Batching {
  /** The most images that are computed together. */
  readonly maxBatch: number;
  /** Milliseconds that an image waits at most for requests that are still being sent. */
  readonly batchWait: number;
}

/** What a batcher stands on. */
export interface BatcherOptions<Item, Result> extends Batching {
  /** The most items that may wait. */
  readonly mostWaiting: number;
  /** Computes a result for each item, in order, the same in any company. */
  compute(items: readonly Item[]): readonly Result[];
  /** Hears how many items a batch has. */
  onBatch(size: number): void;
}

/** The items of one request. */
interface Job<Item, Result> {
  readonly items: readonly Item[];
  readonly since: number;
  resolve(results: readonly Result[]): void;
  reject(error: unknown): void;
}

/** Turns of the event loop in which another request is accepted, read and answered. */
const turns = 8;

/** Seconds after which a client may try again. */
const retryAfter = 1;

/**
 * Joins the requests that come while others are computed, or are being sent at the same time, into
 * batches. Nothing waits for requests that nobody has begun to send: one client at a time is
 * answered at once.
 */
export class Batcher<Item, Result> {
  readonly #options: BatcherOptions<Item, Result>;
  #jobs: Job<Item, Result>[] = [];
  #waiting = 0;
  #sending = 0;
  #busy = false;
  #timer: ReturnType<typeof setTimeout> | undefined;
  readonly #idle: (() => void)[] = [];

  constructor(options: BatcherOptions<Item, Result>) {
    this.#options = options;
  }

  /** Items that wait. */
  get waiting(): number {
    return this.#waiting;
  }

  /** Hears that a request has begun whose items are not here yet. */
  begin(): void {
    this.#sending++;
  }

  /** Hears that such a request is complete, or never will be. */
  end(): void {
    this.#sending--;
  }

  /** Computes items, perhaps with others; a RequestError where too many wait already. */
  submit(items: readonly Item[]): Promise<readonly Result[]> {
    if (this.#waiting + items.length > this.#options.mostWaiting && this.#waiting > 0) {
      const reason = `${this.#waiting} images wait to be predicted already: try again`;
      return Promise.reject(new RequestError(429, reason, retryAfter));
    }
    return new Promise((resolve, reject) => {
      this.#jobs.push({ items, since: milliseconds(), resolve, reject });
      this.#waiting += items.length;
      this.#wake();
    });
  }

  /** Resolves when nothing is left to compute. */
  idle(): Promise<void> {
    if (!this.#busy && this.#jobs.length === 0) return Promise.resolve();
    return new Promise((resolve) => this.#idle.push(resolve));
  }

  /** Looks for a batch when all that has come by now has been taken in. */
  #wake(): void {
    if (this.#busy) return;
    this.#busy = true;
    clearTimeout(this.#timer);
    setImmediate(() => this.#look());
  }

  async #look(): Promise<void> {
    const { maxBatch, batchWait } = this.#options;
    const left = batchWait - (milliseconds() - this.#jobs[0].since);
    if (this.#sending > 0 && this.#waiting < maxBatch && left > 0) {
      this.#busy = false;
      this.#timer = setTimeout(() => this.#wake(), left);
      return;
    }
    await this.#run(this.#next());
    this.#busy = false;
    if (this.#jobs.length > 0) return this.#wake();
    for (const resolve of this.#idle.splice(0)) resolve();
  }

  /** The first jobs whose items fit into a batch, but one at least. */
  #next(): Job<Item, Result>[] {
    let [count, size] = [1, this.#jobs[0].items.length];
    while (count < this.#jobs.length) {
      size += this.#jobs[count].items.length;
      if (size > this.#options.maxBatch) break;
      count++;
    }
    const jobs = this.#jobs.splice(0, count);
    for (const { items } of jobs) this.#waiting -= items.length;
    return jobs;
  }

  async #run(jobs: readonly Job<Item, Result>[]): Promise<void> {
    try {
      const results = await this.#compute(jobs.flatMap(({ items }) => items));
      let from = 0;
      for (const { items, resolve } of jobs) {
        resolve(results.slice(from, from + items.length));
        from += items.length;
      }
    } catch (error) {
      if (jobs.length === 1) return jobs[0].reject(error);
      for (const job of jobs) await this.#run([job]); // what fails alone fails alone
    }
  }

  /** Others have their turns between the parts of a request that is larger than a batch. */
  async #compute(items: readonly Item[]): Promise<readonly Result[]> {
    const { maxBatch, compute, onBatch } = this.#options;
    const part = (from: number) => {
      const batch = items.slice(from, from + maxBatch);
      onBatch(batch.length);
      return compute(batch);
    };
    if (items.length <= maxBatch) return part(0);
    const results: Result[] = [];
    for (let from = 0; from < items.length; from += maxBatch) {
      for (let turn = 0; from > 0 && turn < turns; turn++) {
        await new Promise((resolve) => setImmediate(resolve));
      }
      results.push(...part(from));
    }
    return results;
  }
}
