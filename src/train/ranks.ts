import { native } from "../ffi/mod.ts";

/** The processes that train one run together. What they exchange, all of them have to ask for. */
export interface Ranks {
  /** Which of them this process is, from 0 on; the first one writes and speaks. */
  readonly rank: number;
  /** How many there are. */
  readonly size: number;
  /** How many of them share this machine. */
  readonly local: number;
  /** Fills `values` in every process: each has filled in its part, where the part before ends to `ends[rank]`. */
  gather(values: Float64Array<ArrayBuffer>, ends: readonly number[]): void;
}

/** A process that trains by itself. */
export const alone: Ranks = { rank: 0, size: 1, local: 1, gather() {} };

/** Where contiguous parts of `count` things end, as equal as possible. */
export const endsOf = (count: number, parts: number): number[] =>
  Array.from({ length: parts }, (_, part) => Math.floor((part + 1) * count / parts));

/** The part of `count` things that a process has, from the first to before the last number. */
export function ownPart({ rank, size }: Ranks, count: number): readonly [from: number, to: number] {
  const ends = endsOf(count, size);
  return [ends[rank - 1] ?? 0, ends[rank]!];
}

/** Gives every process the rows `[count, width]` of all: each has filled in those of its own part. */
export function gatherRows(ranks: Ranks, rows: Float64Array<ArrayBuffer>, count: number): void {
  const width = rows.length / count;
  ranks.gather(rows, endsOf(count, ranks.size).map((end) => end * width));
}

/** The greatest of the numbers that the processes give. */
export function greatest(ranks: Ranks, value: number): number {
  const values = new Float64Array(ranks.size);
  values[ranks.rank] = value;
  gatherRows(ranks, values, ranks.size);
  return Math.max(...values);
}

/** The bytes of the first process. */
export function ofFirst(ranks: Ranks, bytes: Uint8Array): Uint8Array {
  const isFirst = ranks.rank === 0;
  const length = greatest(ranks, isFirst ? bytes.length : 0);
  const values = new Float64Array(Math.ceil(length / 8));
  const all = new Uint8Array(values.buffer, 0, length);
  if (isFirst) all.set(bytes);
  ranks.gather(values, new Array(ranks.size).fill(values.length));
  return all;
}

/** Lets the first process go first: what it fetches, the others find. */
export async function firstFirst<T>(ranks: Ranks, work: () => Promise<T>): Promise<T> {
  if (ranks.rank > 0) greatest(ranks, 0);
  const result = await work();
  if (ranks.rank === 0) greatest(ranks, 0);
  return result;
}

/**
 * Starts MPI from the first library that can be opened. Throws NativeError where there is none, or one
 * that is not Open MPI's.
 */
export function startMpi(libraries: readonly string[], local: number): Ranks {
  const [first, ...others] = libraries;
  const place = new Uint32Array(2);
  try {
    native.mpi_start(new TextEncoder().encode(first), place);
  } catch (error) {
    if (others.length > 0) return startMpi(others, local);
    throw error;
  }
  const [rank, size] = place;
  return {
    rank: rank!,
    size: size!,
    local,
    gather: (values, ends) => native.mpi_gather(values, Uint32Array.from(ends)),
  };
}

/** Ends MPI, when every process does. */
export const finishMpi = (): void => native.mpi_finish();
