import type { Module } from "../nn/mod.ts";
import { Tensor } from "../tensor/mod.ts";

/** A model's buffers while the shards of a batch are computed, each from what they were before. */
export class ShardBuffers {
  /** Running statistics: they become the mean of what the shards make of them. */
  readonly averaged: readonly Tensor[];
  /** Counts: they become what the first shard makes of them. */
  readonly counted: readonly Tensor[];
  readonly #before: readonly (readonly [buffer: Tensor, value: Tensor])[];

  constructor({ buffers }: Module) {
    const tensors = buffers.map(({ tensor }) => tensor);
    this.averaged = tensors.filter(({ dtype }) => dtype === "f32");
    this.counted = tensors.filter(({ dtype }) => dtype !== "f32");
    this.#before = tensors.map((tensor) => [tensor, tensor.copy()]);
  }

  /** Goes back to before the batch. */
  restore(): void {
    for (const [buffer, value] of this.#before) buffer.assign(value);
  }

  /** Closes the batch. */
  assign(averages: readonly Tensor[], counts: Float64Array): void {
    this.averaged.forEach((buffer, i) => buffer.assign(averages[i]!));
    let at = 0;
    for (const buffer of this.counted) {
      const numbers = [...counts.subarray(at, at += buffer.size)];
      buffer.assign(Tensor.from(numbers, buffer.shape, buffer));
    }
  }
}
