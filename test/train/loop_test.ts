import { assert, assertAlmostEquals, assertEquals, assertRejects } from "@std/assert";
import { unload } from "../../src/data/mod.ts";
import { flatten, type Layer, linear, relu, sequential } from "../../src/nn/mod.ts";
import { NonfiniteError } from "../../src/train/nonfinite.ts";
import { evaluate } from "../../src/train/evaluate.ts";
import { train, trainingBatches, trainStep } from "../../src/train/loop.ts";
import { Pace } from "../../src/train/pace.ts";
import { Run } from "../../src/run/run.ts";
import { TrainingState } from "../../src/train/state.ts";
import { liveTensors } from "../../src/tensor/mod.ts";
import { config, data, environment, layer, recipe, trainTo } from "./fixtures.ts";
import { temporaryFolder } from "../temporary_folder.ts";

Deno.test("train() leaves no tensor behind but what its state and the data own", async () => {
  unload(data.train);
  const before = liveTensors();
  {
    using state = new TrainingState(layer, recipe(), data.train.count);
    const owned = liveTensors() - before;
    await train(state, data, {}, new Pace());
    unload(data.train);
    if (data.validation) unload(data.validation);
    assertEquals(liveTensors() - before, owned);
  }
  assertEquals(liveTensors(), before);
});

Deno.test("train() learns: the loss falls and each example is counted once an epoch", async () => {
  using state = new TrainingState(layer, recipe({ epochs: 8, lr: 0.2 }), data.train.count);
  await train(state, data, {}, new Pace());
  assertEquals(state.history.map(({ step }) => step), [5, 10, 15, 20, 25, 30, 35, 40]);
  const [first] = state.history;
  const last = state.history[7];
  assert(last.train_loss < first.train_loss && last.train_acc > first.train_acc);
  for (const { train_acc, val_acc = NaN } of state.history) {
    assert(Number.isInteger(Math.round(train_acc * 70 * 1e9) / 1e9), "a count of 70");
    assert(Number.isInteger(Math.round(val_acc * 40 * 1e9) / 1e9), "a count of 40");
  }
});

Deno.test("train() is a pure function of its config: the same seed, the same history", async () => {
  const histories = [];
  for (const seed of [1, 1, 2]) {
    using state = new TrainingState(layer, recipe({ seed }), data.train.count);
    await train(state, data, {}, new Pace());
    histories.push(state.history);
  }
  assertEquals(histories[0], histories[1]);
  assert(histories[0][0].train_loss !== histories[2][0].train_loss);
});

Deno.test("train() stops when patience is out", async () => {
  const impatient = recipe({ epochs: 50, earlyStopping: 2, lr: 1e-9 });
  using state = new TrainingState(layer, impatient, data.train.count);
  await train(state, data, {}, new Pace());
  assert(state.history.length < 50, `${state.history.length} epochs`);
});

Deno.test("train() without a validation set has none of its figures", async () => {
  using state = new TrainingState(layer, recipe(), data.train.count);
  await train(state, { ...data, validation: undefined }, {}, new Pace());
  assertEquals(state.history.length, 2);
  assertEquals("val_acc" in state.history[0], false);
});

for (const checkpointEvery of [undefined, "1"]) {
  const saving = checkpointEvery ? ", saving each step" : "";
  Deno.test(`a loss that is not finite stops the run and names its layer${saving}`, async () => {
    using parent = temporaryFolder();
    // Each update multiplies the weights by 1 - 1000 * 10.
    const wild = config({ lr: 1000, weightDecay: 10, lrScheduler: "constant", epochs: 50 });
    const plain: Layer = sequential(flatten, linear(784, 12), relu, linear(12, 10));
    using run = Run.create(wild, environment, parent.path);
    const error = await assertRejects(
      () => trainTo(run, Infinity, checkpointEvery, plain),
      NonfiniteError,
    );
    const found = / at step (\d+) \(epoch \d+\), first in layer [13] \(its /.exec(error.message);
    assert(found && Number(found[1]) <= 16, error.message);
    assert(error.message.includes("Trained again it is the same: try a lower --lr"), error.message);
    const saved = run.checkpoints.load(() => undefined, (text) => assert(false, text));
    for (const { name, dtype, bytes } of saved?.tensors ?? []) {
      const values = dtype === "F32" ? new Float32Array(bytes.slice().buffer) : [];
      assert(values.every(Number.isFinite), `${name} is finite`);
    }
  });
}

/** A pace whose time is over after so many steps. */
class TimedPace extends Pace {
  constructor(readonly state: TrainingState, readonly steps: number) {
    super();
  }
  override get timeIsUp(): boolean {
    return this.state.step >= this.steps;
  }
}

Deno.test("train() ends after the step at which its time is over, and goes on from there", async () => {
  const whole = new TrainingState(layer, recipe(), data.train.count);
  using _whole = whole;
  await train(whole, data, {}, new Pace());
  assertEquals(whole.outOfTime, false);
  for (const [steps, epochs] of [[3, 0], [5, 1], [7, 1]]) {
    using state = new TrainingState(layer, recipe(), data.train.count);
    let saved = NaN;
    const observer = { save: ({ step }: TrainingState) => void (saved = step) };
    assert(await train(state, data, observer, new TimedPace(state, steps)));
    assertEquals([state.outOfTime, state.step, state.history.length], [true, steps, epochs]);
    if (steps !== 5) assertEquals(saved, steps);
    assert(await train(state, data, observer, new Pace()));
    assertEquals(state.history, whole.history);
    assertEquals(state.outOfTime, false);
  }
  using last = new TrainingState(layer, recipe(), data.train.count);
  await train(last, data, {}, new TimedPace(last, 10));
  assertEquals(last.outOfTime, false, "all epochs are done");
});

/** A model without statistics of a batch or chance. */
const plain = sequential(flatten, linear(784, 10));

Deno.test("a step of several batches is the step of all their images, a smaller last one too", async () => {
  const trained = async (settings: Parameters<typeof recipe>[0]) => {
    using state = new TrainingState(plain, recipe(settings), data.train.count);
    await train(state, data, {}, new Pace());
    return { history: state.history, weights: state.weights.map(({ tensor }) => tensor.numbers()) };
  };
  // Steps of 16 images, the last one of 6: four batches of 4, and at last 4 and 2.
  const [whole, parts] = [
    await trained({ batchSize: 16 }),
    await trained({ batchSize: 4, accumulate: 4 }),
  ];
  assertEquals(
    parts.history.map(({ step, lr }) => [step, lr]),
    whole.history.map(({ step, lr }) => [step, lr]),
  );
  parts.weights.flat().forEach((value, i) =>
    assertAlmostEquals(value, whole.weights.flat()[i], 1e-5)
  );
  assertAlmostEquals(parts.history[1].train_loss, whole.history[1].train_loss, 1e-5);
});

Deno.test("the averages are timm's: each step takes in (1 - decay) of the weights, counts are copied", async () => {
  using state = new TrainingState(layer, recipe({ ema: 0.75, epochs: 1 }), data.train.count);
  const values = (module: typeof state.model) =>
    [...module.parameters, ...module.buffers].map(({ tensor }) => tensor.numbers());
  let expected = values(state.model);
  assertEquals(values(state.evaluated), expected);
  for (const batch of trainingBatches(state, data)) {
    trainStep(state, batch);
    const now = values(state.model);
    expected = expected.map((old, t) => old.map((value, i) => 0.75 * value + 0.25 * now[t][i]));
  }
  const found = values(state.evaluated);
  assertEquals(found.at(-1), [5]); // batches seen
  found.slice(0, -1).flat().forEach((value, i) =>
    assertAlmostEquals(value, expected.flat()[i], 1e-5)
  );
  await train(state, data, {}, new Pace());
  const { val_loss } = state.history[0];
  assertEquals(evaluate(state.evaluated, data.validation!).loss, val_loss);
  assert(evaluate(state.model, data.validation!).loss !== val_loss, "the trained weights differ");
});

Deno.test("overfitBatches trains on the first batches of the set alone", async () => {
  using state = new TrainingState(plain, recipe({ overfitBatches: 2 }), data.train.count);
  const seen = new Set<number>();
  for (const { indices } of trainingBatches(state, data)) {
    indices.forEach((index) => seen.add(index));
  }
  assertEquals([...seen].sort((a, b) => a - b), Array.from({ length: 32 }, (_, i) => i));
  await train(state, data, {}, new Pace());
  assertEquals(state.history.map(({ step }) => step), [2, 4]);
});

Deno.test("the plateau schedule lowers the rate where the validation loss does not fall", async () => {
  const settings = {
    epochs: 4,
    lr: 1e-9,
    lrScheduler: "plateau",
    lrPatience: 1,
    lrGamma: 0.5,
    lrThreshold: 0.5,
  } as const;
  using state = new TrainingState(plain, recipe(settings), data.train.count);
  await train(state, data, {}, new Pace());
  assertEquals(state.history.map(({ lr }) => lr), [1e-9, 1e-9, 1e-9, 0.5e-9]);
});
