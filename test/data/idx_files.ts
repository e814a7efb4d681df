import { gzipSync } from "node:zlib";

/** The bytes of an IDX file. */
export function idxFile(dimensions: readonly number[], values: ArrayLike<number>): Bytes {
  const bytes = new Uint8Array(4 + 4 * dimensions.length + values.length);
  const view = new DataView(bytes.buffer);
  view.setUint32(0, 0x0800 | dimensions.length);
  dimensions.forEach((size, i) => view.setUint32(4 + 4 * i, size));
  bytes.set(values, 4 + 4 * dimensions.length);
  return bytes;
}

export type Bytes = Uint8Array<ArrayBuffer>;

export const gzip = (bytes: Bytes): Bytes => new Uint8Array(gzipSync(bytes));

/** A pair of IDX files with `count` images of 28 x 28 and labels 0, 1, ... 9, 0, ... */
export function smallPair(count: number): { readonly images: Bytes; readonly labels: Bytes } {
  const next = randomWords(1);
  return {
    images: idxFile([count, 28, 28], Uint8Array.from({ length: count * 784 }, () => next() & 255)),
    labels: idxFile([count], Uint8Array.from({ length: count }, (_, i) => i % 10)),
  };
}

/** Xorshift32 (Marsaglia 2003): which inputs a test tries, the same on each run. */
export function randomWords(seed: number): () => number {
  let state = seed >>> 0;
  return () => {
    state ^= state << 13;
    state ^= state >>> 17;
    state ^= state << 5;
    return state >>>= 0;
  };
}
