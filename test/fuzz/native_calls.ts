import { native, NativeError } from "../../src/ffi/mod.ts";
import { libraryPath } from "../../src/ffi/place.ts";
import { Random } from "../../src/tensor/mod.ts";
import { readManifest } from "../../tasks/bindings/manifest.ts";

const calls = native as unknown as Record<string, (...args: unknown[]) => unknown>;

/** The exports that are called; two are switches for tests. */
const rows = readManifest(libraryPath()).exports.filter(({ name }) =>
  name !== "wick_panic_next" && name !== "wick_force_generic"
);

const arrays = [
  Uint8Array,
  Uint32Array,
  BigInt64Array,
  Float32Array,
  Float64Array,
] as const;
const classOf: Record<string, typeof arrays[number]> = {
  u8: Uint8Array,
  u32: Uint32Array,
  i64: BigInt64Array,
  f32: Float32Array,
  f64: Float64Array,
};
const strange = [null, undefined, "2", -1, 0.5, NaN, Infinity, 4294967297, 9007199254740993, 2n];
const shapes = [[2, 3, 4, 4], [3, 3, 2, 2], [3], [2], [], [2, 10], [10], [64, 64], [0, 2]];

/** Draws arguments of calls, and keeps the handles that calls gave. */
class Arguments {
  readonly handles: number[] = [];
  readonly #words: Uint32Array;
  #next = 0;

  constructor(seed: number, index: number) {
    this.#words = new Random(seed, "calls", 0, index).bits(400);
  }

  below(limit: number): number {
    return this.#words[this.#next++ % this.#words.length] % limit;
  }

  /** One of a kind that a call may want: `handle`, `u32`, `f64`, `[u32]`, `mut [f64]`. */
  one(type: string): unknown {
    if (this.below(100) < 2) return strange[this.below(strange.length)];
    if (type.endsWith("]")) return this.#array(type.replace(/^(mut )?\[|\]$/g, ""));
    if (type === "handle") return this.#handle();
    if (type === "u32") return this.below(10) > 0 ? this.below(5) : this.below(2 ** 32);
    return [0, 0.5, 1, -1, 1e-8, 1e308, NaN, Infinity][this.below(8)];
  }

  #handle(): number {
    if (this.below(10) > 0) return this.handles[this.below(this.handles.length)];
    const handle = this.handles[0] ?? 0;
    return [0, handle + 0.5, -handle, 2 ** 53, NaN, this.below(2 ** 32), 1e300][this.below(7)];
  }

  #array(element: string): unknown {
    const Class = this.below(30) > 0 ? classOf[element] : arrays[this.below(arrays.length)];
    const length = [0, 1, 2, 3, 4, 6, 7, 12, 200][this.below(9)];
    const numbers = Array.from(
      { length },
      () => element === "f64" ? this.#handle() : this.below(20) > 0 ? this.below(4) : 2 ** 32 - 1,
    );
    const array = Class === BigInt64Array
      ? BigInt64Array.from(
        numbers,
        (number) => BigInt(Number.isFinite(number) ? Math.trunc(number) : 0),
      )
      : (Class as typeof Float64Array).from(numbers);
    if (this.below(30) === 0) array.buffer.transfer(); // detaches it
    return array;
  }
}

/** One sequence of eight calls; how many of them succeeded. Throws where one fails as none should. */
export function callSequence(seed: number, index: number): number {
  const args = new Arguments(seed, index);
  for (let i = 0; i < 6; i++) {
    const dims = Uint32Array.from(shapes[args.below(shapes.length)]);
    args.handles.push(native.tensor_full(0.5, args.below(5) === 0 ? args.below(5) : 3, dims, 0));
  }
  let succeeded = 0;
  for (let i = 0; i < 8; i++) {
    const row = rows[args.below(rows.length)];
    const given = row.arguments.map(({ type }) => args.one(type));
    try {
      const result = calls[row.name](...given);
      succeeded++;
      if (row.result === "handle") args.handles.push(Number(result));
      row.arguments.forEach(({ type }, place) => {
        if (type === "mut [f64]") args.handles.push(...given[place] as Float64Array);
      });
    } catch (error) {
      const meant = error instanceof NativeError
        ? !error.message.startsWith("Internal error")
        : error instanceof TypeError;
      if (!meant) throw error;
    }
  }
  for (const handle of args.handles) free(handle);
  return succeeded;
}

/** Frees a handle that may have been freed already. */
function free(handle: number): void {
  try {
    native.tensor_free(handle);
  } catch (error) {
    if (!(error instanceof NativeError)) throw error;
  }
}
