/**
 * Connections up to which each is read from as soon as it may be. Deno's event loop lets 128
 * operations succeed between two looks at what is ready, a reading and a writing each, and then
 * prefers what has become ready last: of more connections some would never have their turns.
 */
const crowd = 64;

/** Turns of the event loop without a reading, after which all have had theirs. */
const quietTurns = 2;

/** Lets many connections be read from in rounds: each once, and no one again before all others. */
export class Rounds implements Disposable {
  readonly #count: () => number;
  #held: (() => void)[] = [];
  #readings = 0;
  #quiet = 0;
  #timer: ReturnType<typeof setTimeout> | undefined;

  /** `count` says how many connections there are. */
  constructor(count: () => number) {
    this.#count = count;
  }

  /** Hears that a connection has been read from. */
  wasRead(): void {
    this.#readings++;
  }

  /** Calls `read` when it is its connection's turn. */
  next(read: () => void): void {
    if (this.#timer === undefined && this.#count() <= crowd) return read();
    this.#held.push(read);
    this.#timer ??= setTimeout(() => this.#look());
  }

  #look(): void {
    this.#quiet = this.#readings === 0 ? this.#quiet + 1 : 0;
    this.#readings = 0;
    this.#timer = this.#quiet < quietTurns ? setTimeout(() => this.#look()) : undefined;
    if (this.#timer !== undefined) return;
    this.#quiet = 0;
    for (const read of this.#held.splice(0)) read();
  }

  [Symbol.dispose](): void {
    clearTimeout(this.#timer);
  }
}
