/** Draws taken one after another from an image's random words; exact on every machine. */
export class Dice {
  #next = 0;

  constructor(private readonly words: Uint32Array) {}

  /** A multiple of 2^-32 in [0, 1). */
  uniform(): number {
    if (this.#next >= this.words.length) throw new RangeError("An image has used up its words");
    return this.words[this.#next++] / 4294967296;
  }

  /** A number in [low, high). */
  between(low: number, high: number): number {
    return low + (high - low) * this.uniform();
  }

  /** As {@linkcode between}, but the middle is likelier than the ends. */
  around(low: number, high: number): number {
    return low + (high - low) * 0.5 * (this.uniform() + this.uniform());
  }

  /** True with this probability. */
  chance(probability: number): boolean {
    return this.uniform() < probability;
  }

  /** A whole number in [0, count). */
  below(count: number): number {
    return Math.floor(count * this.uniform());
  }
}
