import { keep, type Tensor } from "../tensor/mod.ts";

/** The gradients of the batches of one step, each weighted by its share of the step's images. */
export class GradientSum implements Disposable {
  #sums: readonly Tensor[] = [];
  #batches = 0;

  /** Batches that were added since the sum was taken last. */
  get batches(): number {
    return this.#batches;
  }

  /** Adds the mean gradients of a batch that has this share of the step's images. */
  add(gradients: readonly Tensor[], share: number): void {
    const weighted = gradients.map((gradient) => gradient.mul(share));
    const sums = this.#batches === 0
      ? weighted
      : weighted.map((gradient, i) => this.#sums[i].add(gradient));
    this.#free();
    this.#sums = sums.map((sum) => keep(sum));
    this.#batches++;
  }

  /** Gives the sums to a function, and begins again. */
  take(use: (sums: readonly Tensor[]) => void): void {
    use(this.#sums);
    this.#free();
    this.#batches = 0;
  }

  #free(): void {
    for (const sum of this.#sums) sum.dispose();
    this.#sums = [];
  }

  [Symbol.dispose](): void {
    this.#free();
  }
}
