import { native } from "../ffi/mod.ts";
import { beta } from "./beta.ts";
import { dtypeCode, type FloatOptions } from "./dtype.ts";
import { nativeShape, type Shape } from "./shape.ts";
import { Tensor } from "./tensor.ts";

/**
 * A source of chance: a pure function of (seed, purpose, epoch, index), so there is no state to
 * save, and asking twice gives the same values.
 *
 * Philox4x32-10 (Salmon et al., "Parallel random numbers: as easy as 1, 2, 3", SC 2011) under the
 * key (seed, purpose), counting (block, index, epoch, 0).
 *
 * @example
 * ```ts
 * import { Random } from "@wick/wick";
 *
 * const shuffle = new Random(42, "shuffle");
 * const order = shuffle.at({ epoch: 3 }).permutation(50_000);
 * ```
 */
export class Random {
  /** The purpose's native key: FNV-1a of its UTF-8 text. */
  readonly key: number;

  /** Throws RangeError where a number is no unsigned 32-bit integer. */
  constructor(
    readonly seed: number,
    readonly purpose: string,
    readonly epoch = 0,
    readonly index = 0,
  ) {
    checkUnsigned("seed", seed);
    checkUnsigned("epoch", epoch);
    checkUnsigned("index", index);
    this.key = fnv1a(purpose);
  }

  /** The same stream at another place; what is not named stays. */
  at({ epoch = this.epoch, index = this.index }: { epoch?: number; index?: number }): Random {
    return new Random(this.seed, this.purpose, epoch, index);
  }

  /** An independent stream for a part of this purpose, `init/0.weight`, at the same place. */
  child(purpose: string): Random {
    return new Random(this.seed, `${this.purpose}/${purpose}`, this.epoch, this.index);
  }

  /** Uniform draws from [low, high). */
  uniform(shape: Shape, low = 0, high = 1, options: FloatOptions = {}): Tensor {
    return this.#draw(native.random_uniform, low, high, shape, options);
  }

  /** Normal draws. */
  normal(shape: Shape, mean = 0, std = 1, options: FloatOptions = {}): Tensor {
    return this.#draw(native.random_normal, mean, std, shape, options);
  }

  /** Draws of a distribution that two numbers describe. */
  #draw(
    distribution: typeof native.random_uniform,
    first: number,
    second: number,
    shape: Shape,
    { dtype = "f32", device = "cpu" }: FloatOptions,
  ): Tensor {
    const { seed, key, epoch, index } = this;
    const lengths = nativeShape(shape);
    const code = dtypeCode[dtype];
    const drawn = new Tensor(
      distribution(seed, key, epoch, index, first, second, lengths, code),
      dtype,
    );
    if (device === "cpu") return drawn;
    using _ = drawn;
    return drawn.to(device);
  }

  /** The numbers 0 to `count - 1` in random order. */
  permutation(count: number): Uint32Array<ArrayBuffer> {
    const out = new Uint32Array(count);
    native.random_permutation(this.seed, this.key, this.epoch, this.index, out);
    return out;
  }

  /** `count` random 32-bit words. */
  bits(count: number): Uint32Array<ArrayBuffer> {
    const out = new Uint32Array(count);
    native.random_bits(this.seed, this.key, this.epoch, this.index, out);
    return out;
  }

  /** A draw of the distribution Beta(a, a), `a` from 0.001 to 1000. */
  beta(a: number): number {
    return beta(this, a);
  }

  /** `count` uniform draws from [0, 1). */
  uniforms(count: number): Float32Array<ArrayBuffer> {
    const out = new Float32Array(count);
    native.random_uniform_into(this.seed, this.key, this.epoch, this.index, out);
    return out;
  }
}

function checkUnsigned(name: string, value: number): void {
  if (!Number.isInteger(value) || value < 0 || value > 0xffffffff) {
    throw new RangeError(`The ${name} ${value} is not a whole number from 0 to 4294967295`);
  }
}

function fnv1a(text: string): number {
  let hash = 0x811c9dc5;
  for (const byte of new TextEncoder().encode(text)) {
    hash = Math.imul(hash ^ byte, 0x01000193);
  }
  return hash >>> 0;
}
