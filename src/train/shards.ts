import type { Batch } from "../data/mod.ts";
import type { Mode } from "../nn/mod.ts";
import { concat, noGradients, scope, Tensor } from "../tensor/mod.ts";
import { batchGradients } from "./batch_gradients.ts";
import { NonfiniteError } from "./nonfinite.ts";
import { endsOf, gatherRows, ownPart } from "./ranks.ts";
import type { TrainingState } from "./state.ts";

/**
 * How many shards a batch is divided into: as many as are asked for, but never so many that one has a
 * single image, which has no variance to be normalised by.
 */
export const shardCount = (images: number, shards: number): number =>
  Math.max(1, Math.min(shards, Math.floor(images / 2)));

/**
 * The mean gradients of a batch, joined of those of its shards. A shard is computed as a batch of its
 * own, with chance of its own, and counts by its share of the images; running statistics become the
 * mean of what each shard makes of those before the batch. The order of all sums follows from the
 * number of shards alone: each process computes its part of the shards, and joins them all.
 */
export function shardedGradients(state: TrainingState, batch: Batch): Tensor[] {
  const { model, parameters, ranks, recipe: { device, shards }, totals } = state;
  const count = shardCount(batch.count, shards);
  const ends = endsOf(batch.count, count);
  const buffers = model.buffers.map(({ tensor }) => tensor);
  const before = buffers.map((tensor) => tensor.copy());
  const averaged = [...parameters, ...buffers.filter(isAveraged)];
  const counted = buffers.filter((tensor) => !isAveraged(tensor));
  const rows = new ShardRows(count, 3 + sizeOf(counted), sizeOf(averaged));
  const computed: Tensor[] = [];

  const compute = (shard: number): Tensor =>
    scope(() => {
      const [from, to] = [ends[shard - 1] ?? 0, ends[shard]!];
      buffers.forEach((tensor, i) => tensor.assign(before[i]!));
      const sums = Tensor.zeros([3], totals);
      const pass = { mode: modeOf(state.mode, shard), totals: sums };
      const gradients = batchGradients(state, partOf(batch, from, to), pass);
      rows.numbers(shard).set([sums, ...counted].flatMap((tensor) => tensor.numbers()));
      const all = [...gradients, ...buffers.filter(isAveraged)];
      return noGradients(() => concat(all.map(flat)).mul((to - from) / batch.count));
    });

  const [first, end] = ownPart(ranks, count);
  for (let shard = first; shard < end; shard++) {
    try {
      computed[shard] = compute(shard);
      if (ranks.size > 1) rows.values(shard).set(computed[shard].read() as Float32Array);
    } catch (error) {
      if (!(error instanceof NonfiniteError)) throw error;
      rows.numbers(shard)[0] = NaN; // each process shall say so
    }
  }
  gatherRows(ranks, rows.all, count);
  const sums = Array.from({ length: count }, (_, shard) => [...rows.numbers(shard).subarray(0, 3)]);
  const failed = sums.findIndex(([loss]) => !Number.isFinite(loss));
  if (failed >= 0) compute(failed);

  const sum = joined(sums, (a, b) => a.map((value, i) => value + b[i]!));
  totals.assign(totals.add(Tensor.from(Float64Array.from(sum), [3], { device })));
  state.loss = sum[0]! / sum[2]!;
  const shardValues = sums.map((_, shard) =>
    computed[shard] ?? Tensor.from(rows.values(shard), undefined, { device })
  );
  const means = divided(joined(shardValues, (a, b) => a.add(b)), averaged);
  averaged.slice(parameters.length).forEach((tensor, i) =>
    tensor.assign(means[parameters.length + i]!)
  );
  let at = 3;
  for (const tensor of counted) {
    const numbers = [...rows.numbers(0).subarray(at, at += tensor.size)];
    tensor.assign(Tensor.from(numbers, tensor.shape, { dtype: tensor.dtype, device }));
  }
  return means.slice(0, parameters.length);
}

/** What the shards give, a row each: numbers, then f32 values. */
class ShardRows {
  readonly all: Float64Array<ArrayBuffer>;
  readonly #width: number;

  constructor(count: number, readonly numbersLength: number, readonly valuesLength: number) {
    this.#width = numbersLength + Math.ceil(valuesLength / 2);
    this.all = new Float64Array(count * this.#width);
  }

  numbers(shard: number): Float64Array<ArrayBuffer> {
    const from = shard * this.#width;
    return this.all.subarray(from, from + this.numbersLength);
  }

  values(shard: number): Float32Array<ArrayBuffer> {
    const from = shard * this.#width + this.numbersLength;
    return new Float32Array(this.all.buffer, from * 8, this.valuesLength);
  }
}

/** Joins neighbours, then neighbours among what came of that; one without a neighbour waits. */
export function joined<T>(parts: readonly T[], join: (left: T, right: T) => T): T {
  let level = parts;
  while (level.length > 1) {
    level = Array.from({ length: Math.ceil(level.length / 2) }, (_, i) => {
      const [left, right] = [level[2 * i]!, level[2 * i + 1]];
      return right === undefined ? left : join(left, right);
    });
  }
  return level[0]!;
}

/** Whether a buffer is a statistic, and not a count: counts are the first shard's. */
const isAveraged = ({ dtype }: Tensor): boolean => dtype === "f32";

const sizeOf = (tensors: readonly Tensor[]): number =>
  tensors.reduce((sum, { size }) => sum + size, 0);

const flat = (tensor: Tensor): Tensor => tensor.reshape([tensor.size]);

/** The parts of a flat tensor in the shapes of these tensors, each in memory of its own. */
function divided(values: Tensor, like: readonly Tensor[]): Tensor[] {
  let at = 0;
  return like.map(({ shape, size }) => {
    const part = values.slice(0, at, size).reshape(shape).copy();
    at += size;
    return part;
  });
}

/** A shard's images as a batch. */
const partOf = (batch: Batch, from: number, to: number): Batch => ({
  images: batch.images.slice(0, from, to - from),
  labels: batch.labels.slice(0, from, to - from),
  indices: batch.indices.subarray(from, to),
  count: to - from,
  classes: batch.classes,
});

/** The mode of a shard: its chance is a function of the shard, whoever computes it. */
const modeOf = (mode: Mode, shard: number): Mode => ({
  training: mode.training,
  epoch: mode.epoch,
  step: mode.step,
  get random() {
    return mode.random?.child(`shard ${shard}`);
  },
});
