import { assert, assertAlmostEquals, assertEquals, assertRejects, assertThrows } from "@std/assert";
import { configRecord } from "../../src/config/config_file.ts";
import { contradiction } from "../../src/config/contradiction.ts";
import { syntheticSet } from "../../src/data/mod.ts";
import {
  batchNorm1d,
  build,
  conv2d,
  dropout,
  flatten,
  type Layer,
  linear,
  maxPool2d,
  relu,
  sequential,
} from "../../src/nn/mod.ts";
import { Random, scope, Tensor } from "../../src/tensor/mod.ts";
import { weightsDigest } from "../../src/storage/mod.ts";
import { evaluate, evaluatePaced, evaluationBatch } from "../../src/train/evaluate.ts";
import { train, trainingBatches, trainStep } from "../../src/train/loop.ts";
import { NonfiniteError } from "../../src/train/nonfinite.ts";
import { Pace } from "../../src/train/pace.ts";
import { alone, type Ranks } from "../../src/train/ranks.ts";
import { joined, shardCount } from "../../src/train/shards.ts";
import { TrainingState } from "../../src/train/state.ts";
import { config, data, layer, recipe } from "./fixtures.ts";

/** A model without statistics of a batch or chance. */
const plain = sequential(
  conv2d(1, 3, { kernel: 3 }),
  relu,
  maxPool2d(2),
  flatten,
  linear(507, 10),
);

async function trained(layer: Layer, settings: Parameters<typeof recipe>[0]) {
  using state = new TrainingState(layer, recipe(settings), data.train.count);
  await train(state, data, {}, new Pace());
  return { history: state.history, weights: state.weights.map(({ tensor }) => tensor.numbers()) };
}

Deno.test("shards give the gradients of their batch, up to rounding, smaller last batches too", async () => {
  // Steps of 16 images, the last one of 6; weights move along gradients that are clipped together.
  const settings = { lr: 0.05, momentum: 0.9, clipGradNorm: 1, labelSmoothing: 0.1 };
  const whole = await trained(plain, settings);
  for (const shards of [2, 3, 5, 8]) {
    const { history, weights } = await trained(plain, { ...settings, shards });
    weights.flat().forEach((value, i) => assertAlmostEquals(value, whole.weights.flat()[i], 1e-6));
    history.forEach((metrics, i) => {
      assertAlmostEquals(metrics.train_loss, whole.history[i].train_loss, 1e-6);
      assertEquals(metrics.train_acc, whole.history[i].train_acc);
    });
  }
});

Deno.test("a shard has two images or more, and a single image is a shard", () => {
  const counts = [[32, 4], [16, 8], [15, 8], [7, 4], [2, 4], [1, 4]];
  assertEquals(counts.map(([images, shards]) => shardCount(images, shards)), [4, 8, 7, 3, 1, 1]);
});

Deno.test("shards are joined by a tree that follows from their number", () => {
  const tree = (count: number) =>
    joined("abcdefg".slice(0, count).split(""), (left, right) => `(${left}${right})`);
  assertEquals([1, 2, 3, 4, 5, 6, 7].map(tree), [
    "a",
    "(ab)",
    "((ab)c)",
    "((ab)(cd))",
    "(((ab)(cd))e)",
    "(((ab)(cd))(ef))",
    "(((ab)(cd))((ef)g))",
  ]);
});

Deno.test("running statistics take in the mean of what the shards make of them, once a batch", () => {
  const normed = sequential(flatten, batchNorm1d(784, { momentum: 0.5 }), linear(784, 10));
  const settings = recipe({ batchSize: 7, shards: 3 });
  using state = new TrainingState(normed, settings, data.train.count);
  using single = build(normed, new Random(1, "init"));
  for (const batch of trainingBatches(state, data)) {
    scope(() => {
      const ends = [0, 2, 4, 7];
      const expected = [0, 1].map((buffer) => {
        const ofShards = ends.slice(1).map((end, shard) => {
          const [from, count] = [ends[shard], end - ends[shard]];
          using first = Tensor.full([784], buffer); // mean 0, variance 1
          single.buffers[buffer].tensor.assign(first);
          single.forward(batch.images.slice(0, from, count), { training: true });
          return single.buffers[buffer].tensor.numbers().map((value) => value * count / 7);
        });
        return ofShards[0].map((_, i) => ofShards.reduce((sum, values) => sum + values[i], 0));
      });
      trainStep(state, batch);
      const [mean, variance, batches] = state.model.buffers.map(({ tensor }) => tensor.numbers());
      [mean, variance].forEach((values, buffer) =>
        values.forEach((value, i) => assertAlmostEquals(value, expected[buffer][i], 1e-6))
      );
      assertEquals(batches, [1]);
    });
    break;
  }
});

Deno.test("each shard draws for itself", () => {
  const drawn: number[][] = [];
  const spy: Layer = {
    kind: "spy",
    forward(x, _module, { random }) {
      drawn.push([...random!.child("spy").bits(2)]);
      return x;
    },
  };
  const layer = sequential(flatten, spy, dropout(0.5), linear(784, 10));
  using state = new TrainingState(layer, recipe({ shards: 4 }), data.train.count);
  for (const batch of trainingBatches(state, data)) {
    trainStep(state, batch);
    break;
  }
  assertEquals(new Set(drawn.map(String)).size, 4);
});

Deno.test("a loss that is not finite is named though it is of one shard, and nothing is counted", () => {
  let calls = 0;
  const wild: Layer = {
    kind: "wild",
    forward: (x) => calls++ === 2 || calls > 4 ? x.mul(Infinity) : x,
  };
  const layer = sequential(flatten, linear(784, 10), wild);
  using state = new TrainingState(layer, recipe({ shards: 4 }), data.train.count);
  for (const batch of trainingBatches(state, data)) {
    assertThrows(
      () => trainStep(state, batch),
      NonfiniteError,
      "The training loss is NaN at step 0 (epoch 1), first in layer 1 (its output). Trained again",
    );
    break;
  }
  assertEquals(calls, 5, "the third shard is computed once more");
  assertEquals(state.totals.numbers(), [0, 0, 0]);
});

/** Two processes one after the other: the first gives its part and ends there, the second gets it. */
function pair(): [Ranks, Ranks] {
  let given = new Float64Array();
  const ranks = { size: 2, local: 2 };
  return [
    {
      ...ranks,
      rank: 0,
      gather(values, [end]) {
        given = values.slice(0, end);
        throw new Error("given");
      },
    },
    { ...ranks, rank: 1, gather: (values, [end]) => values.set(given.subarray(0, end)) },
  ];
}

Deno.test("a process makes the step of all shards, of which it computes its part", () => {
  const stepped = (ranks: Ranks, shards: number) => {
    using state = new TrainingState(layer, recipe({ shards }), data.train.count, ranks);
    for (const batch of trainingBatches(state, data)) {
      trainStep(state, batch);
      break;
    }
    return { sha256: weightsDigest(state.checkpoint().tensors), loss: state.loss };
  };
  for (const shards of [2, 3, 7]) {
    const [first, second] = pair();
    assertThrows(() => stepped(first, shards), Error, "given");
    assertEquals(stepped(second, shards), stepped(alone, shards));
  }
});

Deno.test("a process evaluates its part of the batches, and knows the figures of all", async () => {
  const set = syntheticSet("test", 4 * evaluationBatch + 37);
  using model = build(sequential(flatten, linear(784, 10)), new Random(3, "init"));
  const [first, second] = pair();
  const evaluated = (ranks: Ranks) => {
    const pace = new Pace();
    pace.agree = () => {};
    return evaluatePaced(model, set, { pace, ranks });
  };
  await assertRejects(() => evaluated(first), Error, "given");
  assertEquals(await evaluated(second), evaluate(model, set));
});

Deno.test("config.json states shards where there are several, and they need images", () => {
  assert(!("shards" in configRecord(config())));
  assertEquals(configRecord(config({ shards: 4 })).shards, 4);
  assertEquals(contradiction({ model: "cnn", shards: 16 }), undefined);
  assertEquals(
    contradiction({ model: "cnn", shards: 17 }),
    "--shards 17 needs --batch-size 34 or more: a shard has two images",
  );
});
