import type { Cell } from "./cells.ts";
import type { Spread } from "./spread.ts";

/** What `bench/results.json` holds. */
export interface Report {
  readonly when: string;
  readonly commit: string;
  readonly command: string;
  readonly machine: { readonly processor: string; readonly cores: number; readonly system: string };
  readonly data: string;
  readonly seconds: number;
  readonly rounds: number;
  readonly versions: Record<string, string>;
  /** GFLOP/s of fused multiply-adds, `[one thread, two]`, by instruction set. */
  readonly peak: Record<string, readonly [number, number]>;
  readonly cells: readonly Measured[];
  readonly processes: readonly Process[];
  readonly memory: readonly Memory[];
  readonly skipped: readonly { readonly peer: string; readonly reason: string }[];
}

/** A peer at a cell. */
export interface Measured extends Cell {
  readonly peer: string;
  readonly imagesPerSecond?: Spread;
  /** Share of the measured AVX2 (or NEON) peak at this number of threads. */
  readonly peakShare?: number;
  /** Right answers of 10,000 after the timing: that the peer really trained. */
  readonly correct?: number;
  readonly error?: string;
}

/** A fresh process of a peer, two threads, cnn, batch 32. */
export interface Process {
  readonly peer: string;
  /** From its start to the end of the first training step, in seconds. */
  readonly firstStep?: number;
  /** After a second of training, in MiB; the training images are in it. */
  readonly peakMemory?: number;
}

/** A fresh process of a peer that does nothing but train a model: what it holds, in MiB. */
export interface Memory {
  readonly peer: string;
  readonly model: string;
  readonly batch: number;
  /** With its modules and 4,096 images, before the model is built. */
  readonly atStart?: number;
  readonly peak?: number;
  readonly error?: string;
}
