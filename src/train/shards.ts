import type { Batch } from "../data/mod.ts";
import type { Mode } from "../nn/mod.ts";
import { concat, noGradients, scope, Tensor } from "../tensor/mod.ts";
import { batchGradients } from "./batch_gradients.ts";
import { NonfiniteError } from "./nonfinite.ts";
import { endsOf, gatherRows, ownPart } from "./ranks.ts";
import { ShardBuffers } from "./shard_buffers.ts";
import { ShardRows } from "./shard_rows.ts";
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
  const buffers = new ShardBuffers(model);
  const averaged = [...parameters, ...buffers.averaged];
  const rows = new ShardRows(count, 3 + sizeOf(buffers.counted), sizeOf(averaged));
  const computed: Tensor[] = [];

  /** Fills in a shard's numbers; returns its gradients and statistics by their share, as one tensor. */
  const compute = (shard: number): Tensor =>
    scope(() => {
      const [from, to] = [ends[shard - 1] ?? 0, ends[shard]!];
      buffers.restore();
      const sums = Tensor.zeros([3], totals);
      const pass = { mode: modeOf(state.mode, shard), totals: sums };
      const gradients = batchGradients(state, partOf(batch, from, to), pass);
      rows.numbers(shard).set([sums, ...buffers.counted].flatMap((tensor) => tensor.numbers()));
      const flat = [...gradients, ...buffers.averaged].map((each) => each.reshape([each.size]));
      return noGradients(() => concat(flat).mul((to - from) / batch.count));
    });

  const [first, end] = ownPart(ranks, count);
  for (let shard = first; shard < end; shard++) {
    try {
      computed[shard] = compute(shard);
      if (ranks.size > 1) rows.values(shard).set(computed[shard].read() as Float32Array);
    } catch (error) {
      if (!(error instanceof NonfiniteError)) throw error;
      rows.numbers(shard)[0] = NaN; // so that all processes end with its sentence
    }
  }
  gatherRows(ranks, rows.all, count);
  const sums = endsOf(count, count).map((_, shard) => [...rows.numbers(shard).subarray(0, 3)]);
  const failed = sums.findIndex(([loss]) => !Number.isFinite(loss));
  if (failed >= 0) compute(failed);

  const sum = joined(sums, (left, right) => left.map((value, i) => value + right[i]!));
  totals.assign(totals.add(Tensor.from(Float64Array.from(sum), [3], { device })));
  state.loss = sum[0]! / sum[2]!;
  const shares = sums.map((_, shard) =>
    computed[shard] ?? Tensor.from(rows.values(shard), undefined, { device })
  );
  const means = divided(joined(shares, (left, right) => left.add(right)), averaged);
  buffers.assign(means.slice(parameters.length), rows.numbers(0).subarray(3));
  return means.slice(0, parameters.length);
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

const sizeOf = (tensors: readonly Tensor[]): number =>
  tensors.reduce((sum, { size }) => sum + size, 0);

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
  ...batch,
  images: batch.images.slice(0, from, to - from),
  labels: batch.labels.slice(0, from, to - from),
  indices: batch.indices.subarray(from, to),
  count: to - from,
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
