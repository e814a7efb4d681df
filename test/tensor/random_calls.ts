import { assertEquals, assertThrows } from "@std/assert";
import {
  concat,
  type DType,
  Random,
  scope,
  type Shape,
  stack,
  Tensor,
  where,
} from "../../src/tensor/mod.ts";
import { native } from "../../src/ffi/mod.ts";
import { Plain } from "./plain.ts";

/** A tensor, and what it has to be. */
interface Pair {
  readonly tensor: Tensor;
  readonly plain: Plain;
}

/** One sequence of drawn calls on tensors that share memory in all ways. */
class Sequence {
  readonly pairs: Pair[] = [];
  readonly #words: Uint32Array;
  #next = 0;

  constructor(seed: number, index: number, readonly dtype: DType) {
    this.#words = new Random(seed, "test/calls", 0, index).bits(400);
  }

  below(limit: number): number {
    return this.#words[this.#next++ % this.#words.length]! % limit;
  }

  pick<Item>(items: readonly Item[]): Item {
    return items[this.below(items.length)]!;
  }

  /** A new tensor of small whole numbers. */
  made(shape: Shape): Pair {
    const plain = Plain.from(shape, () => this.below(4));
    return { tensor: Tensor.from(plain.numbers(), shape, { dtype: this.dtype }), plain };
  }

  /** Indices below `limit`, none where there is nothing to choose. */
  indices(shape: Shape, limit: number): { indices: Tensor; plain: Plain } {
    const plain = Plain.from(limit === 0 ? shape.map(() => 0) : shape, () => this.below(limit));
    return { indices: Tensor.from(plain.numbers(), plain.shape, { dtype: "u32" }), plain };
  }
}

const calls: Readonly<Record<string, (draw: Sequence, pair: Pair) => Pair | undefined>> = {
  permute(draw, { tensor, plain }) {
    const order = plain.shape.map((_, dim) => dim).sort(() => draw.below(3) - 1);
    return { tensor: tensor.permute(order), plain: plain.permute(order) };
  },
  slice(draw, { tensor, plain }) {
    if (plain.shape.length === 0) return;
    const dim = draw.below(plain.shape.length);
    const [step, start] = [1 + draw.below(2), draw.below(plain.shape[dim]! + 1)];
    const length = draw.below(Math.ceil((plain.shape[dim]! - start) / step) + 1);
    const part = plain.slice(dim, start, length, step);
    return {
      tensor: tensor.slice(dim, start, length, step),
      plain: step === 1 ? part : part.copy(),
    };
  },
  broadcastTo(draw, { tensor, plain }) {
    if (plain.shape.length > 2) return;
    const shape = [
      draw.below(3),
      ...plain.shape.map((length) => length === 1 ? draw.below(3) : length),
    ];
    return { tensor: tensor.broadcastTo(shape), plain: plain.broadcastTo(shape) };
  },
  detach: (_, { tensor, plain }) => ({ tensor: tensor.detach(), plain }),
  copy: (_, { tensor, plain }) => ({ tensor: tensor.copy(), plain: plain.copy() }),
  assign(draw, { tensor, plain }) {
    const same = draw.pairs.filter((other) => `${other.plain.shape}` === `${plain.shape}`);
    const source = draw.below(3) === 0 ? draw.made(plain.shape) : draw.pick(same);
    const isBroadcast = plain.shape.some((length, dim) => length > 1 && plain.strides[dim] === 0);
    if (isBroadcast) assertThrows(() => tensor.assign(source.tensor), Error, "broadcast");
    else {
      tensor.assign(source.tensor);
      plain.assign(source.plain);
    }
    return undefined;
  },
  gather(draw, { tensor, plain }) {
    if (plain.shape.length === 0) return;
    const dim = draw.below(plain.shape.length);
    const shape = plain.shape.map((length, d) =>
      d === dim ? draw.below(4) : draw.below(length + 1)
    );
    const { indices, plain: chosen } = draw.indices(shape, plain.shape[dim]!);
    const taken = Plain.from(chosen.shape, (at) => plain.at(at.with(dim, chosen.at(at))));
    return { tensor: tensor.gather(indices, dim), plain: taken };
  },
  indexSelect(draw, { tensor, plain }) {
    if (plain.shape.length === 0) return;
    const dim = draw.below(plain.shape.length);
    const { indices, plain: chosen } = draw.indices([draw.below(4)], plain.shape[dim]!);
    const shape = plain.shape.with(dim, chosen.shape[0]!);
    const taken = Plain.from(shape, (at) => plain.at(at.with(dim, chosen.at([at[dim]!]))));
    return { tensor: tensor.indexSelect(indices, dim), plain: taken };
  },
  concat(draw, { tensor, plain }) {
    if (plain.shape.length === 0) return;
    const dim = draw.below(plain.shape.length);
    const more = draw.made(plain.shape.with(dim, draw.below(3)));
    const parts = draw.pick([[plain], [plain, more.plain], [more.plain, plain, plain]]);
    const all = parts.flatMap((part) =>
      Array.from({ length: part.shape[dim]! }, (_, i) => ({ part, i }))
    );
    const joined = Plain.from(plain.shape.with(dim, all.length), (at) => {
      const { part, i } = all[at[dim]!]!;
      return part.at(at.with(dim, i));
    });
    return {
      tensor: concat(parts.map((p) => p === plain ? tensor : more.tensor), dim),
      plain: joined,
    };
  },
  stack(draw, { tensor, plain }) {
    if (plain.shape.length > 2) return;
    const dim = draw.below(plain.shape.length + 1);
    const stacked = Plain.from(
      plain.shape.toSpliced(dim, 0, 2),
      (at) => plain.at(at.toSpliced(dim, 1)),
    );
    return { tensor: stack([tensor, tensor], dim), plain: stacked };
  },
  where(draw, { tensor, plain }) {
    const other = draw.made(plain.shape.map((length) => draw.below(2) === 0 ? 1 : length));
    const wide = other.plain.broadcastTo(plain.shape);
    const chosen = Plain.from(
      plain.shape,
      (at) => plain.at(at) > wide.at(at) ? plain.at(at) : wide.at(at),
    );
    const condition = tensor.gt(other.tensor);
    return { tensor: where(condition, tensor, other.tensor), plain: chosen };
  },
  "maximum and minimum"(draw, { tensor, plain }) {
    const other = draw.made(plain.shape);
    const [name, choose] = draw.pick([["maximum", Math.max], ["minimum", Math.min]] as const);
    const chosen = Plain.from(plain.shape, (at) => choose(plain.at(at), other.plain.at(at)));
    return { tensor: tensor[name](other.tensor), plain: chosen };
  },
  "comparison with a number"(draw, { tensor, plain }) {
    const [name, holds] = draw.pick(comparisons);
    const number = draw.pick([
      0,
      1,
      2,
      0.5,
      -1,
      -0.5,
      300,
      2 ** 40,
      1e30,
      -1e30,
      NaN,
      Infinity,
      -Infinity,
    ]);
    const mask = Plain.from(plain.shape, (at) => Number(holds(plain.at(at), number)));
    return { tensor: tensor[name](number).cast(draw.dtype), plain: mask };
  },
  cast: (draw, { tensor, plain }) => ({
    tensor: tensor.cast(draw.pick(["f64", "i64", "u32"])).cast(draw.dtype).copy(),
    plain: plain.copy(),
  }),
};

const comparisons = [
  ["eq", (a: number, b: number) => a === b],
  ["ne", (a: number, b: number) => a !== b],
  ["lt", (a: number, b: number) => a < b],
  ["le", (a: number, b: number) => a <= b],
  ["gt", (a: number, b: number) => a > b],
  ["ge", (a: number, b: number) => a >= b],
] as const;

const dtypes: readonly DType[] = ["f32", "f64", "u8", "u32", "i64"];

/** Makes `count` calls in sequences of eight, each second sequence by the device-generic forms. */
export function callAtRandom(seed: number, count: number): { calls: number } {
  for (let index = 0; index * 8 < count; index++) {
    const draw = new Sequence(seed, index, dtypes[index % dtypes.length]!);
    native.wick_force_generic(index >> 3 & 1);
    const made: string[] = [];
    try {
      scope(() => {
        for (let i = 0; i < 3; i++) {
          draw.pairs.push(
            draw.made(Array.from({ length: draw.below(4) }, () => draw.pick([0, 1, 2, 3, 3]))),
          );
        }
        for (let i = 0; i < 8; i++) {
          const name = draw.pick(Object.keys(calls));
          made.push(name);
          const result = calls[name]!(draw, draw.pick(draw.pairs));
          if (result) draw.pairs.push(result);
        }
        for (const { tensor, plain } of draw.pairs) {
          assertEquals(tensor.shape, plain.shape);
          assertEquals(tensor.numbers(), plain.numbers());
        }
      });
    } catch (error) {
      throw new Error(`sequence ${index} of seed ${seed}: ${draw.dtype}, ${made.join(", ")}`, {
        cause: error,
      });
    } finally {
      native.wick_force_generic(0);
    }
  }
  return { calls: count };
}
