import { parameter, Random, type Shape, Tensor } from "../../src/tensor/mod.ts";

/** A stream of small draws for one test case, the same at every run. */
export class Draw {
  readonly #words: Uint32Array;
  readonly #random: Random;
  #next = 0;

  constructor(name: string, index: number) {
    this.#random = new Random(7, `test/${name}`, 0, index);
    this.#words = this.#random.bits(256);
  }

  /** A whole number from `least` to `most`. */
  whole(least: number, most: number): number {
    return least + this.#words[this.#next++] % (most - least + 1);
  }

  pick<Item>(...items: readonly Item[]): Item {
    return items[this.whole(0, items.length - 1)];
  }

  /** A shape of `rank` dimensions with odd and even lengths, one of them often 1. */
  shape(rank: number, most = 5): number[] {
    return Array.from({ length: rank }, () => this.whole(1, most));
  }

  /** A shape that broadcasts with another one: ones and missing leading dimensions. */
  broadcastable(shape: Shape): number[] {
    return shape.map((length) => this.pick(length, length, 1)).slice(
      this.whole(0, shape.length),
    );
  }

  /** Values all different from each other, from 0 and from whole numbers, within (-2, 2). */
  values(size: number): Float64Array {
    const order = this.#random.child(`values/${this.#next++}`).permutation(size);
    return Float64Array.from(order, (place) => ((place + 0.37) / size - 0.5) * 3.9);
  }

  /**
   * A leaf and a view of it of the given shape: the leaf itself, a permuted or a strided one, so
   * that operations meet inputs that are not contiguous.
   */
  input(shape: Shape, dtype: "f32" | "f64", positive = false): Input {
    const [leafShape, view] = this.pick(
      [shape, (leaf: Tensor) => leaf],
      [shape.toReversed(), (leaf: Tensor) => leaf.permute(shape.map((_, i) => -1 - i))],
      shape.length === 0 ? [shape, (leaf: Tensor) => leaf] : [
        [shape[0] * 2, ...shape.slice(1)],
        (leaf: Tensor) => leaf.slice(0, 1, shape[0], 2),
      ],
    ) as [Shape, Input["view"]];
    const size = leafShape.reduce((product, length) => product * length, 1);
    const values = this.values(size).map((value) => positive ? value + 2.5 : value);
    return { leaf: parameter(Tensor.from(values, leafShape, { dtype })), view };
  }
}

/** What a drawn operation is applied to. */
export interface Input {
  readonly leaf: Tensor;
  readonly view: (leaf: Tensor) => Tensor;
}
