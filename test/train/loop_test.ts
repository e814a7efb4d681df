import { assert, assertEquals, assertRejects } from "@std/assert";
import { unload } from "../../src/data/mod.ts";
import { flatten, type Layer, linear, relu, sequential } from "../../src/nn/mod.ts";
import { NonfiniteError } from "../../src/train/nonfinite.ts";
import { train } from "../../src/train/loop.ts";
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
    assert(error.message.includes("The last good checkpoint is untouched"), error.message);
    const saved = run.checkpoints.load(() => undefined, (text) => assert(false, text));
    for (const { name, dtype, bytes } of saved?.tensors ?? []) {
      const values = dtype === "F32" ? new Float32Array(bytes.slice().buffer) : [];
      assert(values.every(Number.isFinite), `${name} is finite`);
    }
  });
}
