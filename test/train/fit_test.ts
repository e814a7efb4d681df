import { assert, assertEquals, assertRejects } from "@std/assert";
import { z } from "zod";
import { model } from "../../src/models/mod.ts";
import { syntheticSet, unload } from "../../src/data/mod.ts";
import { constant, crossEntropyLoss, flatten, linear, sequential, sgd } from "../../src/nn/mod.ts";
import {
  evaluate,
  fit,
  type FitOptions,
  modelOf,
  recipeOf,
  type Watcher,
} from "../../src/train/mod.ts";
import { train } from "../../src/train/loop.ts";
import { Pace } from "../../src/train/pace.ts";
import { silentScreen } from "../../src/cli/progress.ts";
import { TrainingState } from "../../src/train/state.ts";
import { storedTensors } from "../../src/storage/stored_tensors.ts";
import { weightsDigest } from "../../src/storage/weights_digest.ts";
import { liveTensors } from "../../src/tensor/mod.ts";
import { config, data, layer } from "./fixtures.ts";

const optimizer = sgd({ lr: 0.1 });
const settings = { optimizer, epochs: 3, batchSize: 16 };

Deno.test("fit() gives the bits that the training loop gives for the same settings", async () => {
  const same = config({ model: "nonlinear", hidden: 12, lr: 0.1, epochs: 3, batchSize: 16 });
  using state = new TrainingState(modelOf(same), recipeOf(same), data.train.count);
  await train(state, data, {}, new Pace());
  using fitted = await fit({ model: modelOf(same), data, ...settings });
  assertEquals(fitted.weightsSha256, weightsDigest(state.storedWeights()));
  assertEquals(fitted.history, state.history);
});

Deno.test("fit() takes a model's own loss and step, where it is given no others", async () => {
  const own = model({
    name: "own",
    title: "own",
    settings: { scale: z.number().default(2) },
    build: () => layer,
    loss: ({ scale }) => (logits, labels, mode) =>
      crossEntropyLoss()(logits, labels, mode).mul(scale),
  });
  const digest = async (given: Partial<FitOptions>) => {
    using fitted = await fit({ model: layer, data, ...settings, ...given });
    return fitted.weightsSha256;
  };
  const doubled = await digest({ loss: (...given) => crossEntropyLoss()(...given).mul(2) });
  const plain = await digest({});
  assertEquals(await digest({ model: own({}, data.train) }), doubled);
  assertEquals(await digest({ model: own({ scale: 1 }, data.train) }), plain);
  assertEquals(await digest({ model: own({}, data.train), loss: crossEntropyLoss() }), plain);
  const stepping = model({
    name: "stepping",
    title: "stepping",
    settings: {},
    build: () => layer,
    step: () => (module, { images, labels }, mode, loss) => {
      const outputs = module.forward(images, mode);
      return { loss: loss(outputs, labels, mode).mul(2), outputs };
    },
  });
  assertEquals(await digest({ model: stepping({}, data.train) }), doubled);
});

Deno.test("fit() gives the model the weights of its best epoch, not of its last", async () => {
  // Far too high a rate at the end: the epochs after the best one are worse.
  const wild = { optimizer: sgd({ lr: 0.3 }), epochs: 12, batchSize: 4, schedule: constant() };
  using fitted = await fit({ model: layer, data, ...wild });
  const { best, history } = fitted;
  assert(best.epoch < history.length, `the best epoch is ${best.epoch}`);
  assertEquals(evaluate(fitted.model, data.validation!).accuracy, best.val_acc);
  const weights = storedTensors([...fitted.model.parameters, ...fitted.model.buffers]);
  assert(weightsDigest(weights) !== fitted.weightsSha256, "the digest is of the last weights");
});

Deno.test("fit() tells its watcher of every epoch and waits for it at the end", async () => {
  const told: string[] = [];
  const watcher: Watcher = {
    screen: { ...silentScreen, line: (text) => void told.push(text.slice(0, 9)) },
    epoch: (history, { epochs }) => void told.push(`${history.length} of ${epochs}`),
    done: async ({ parameters }) => {
      await Promise.resolve();
      told.push(`${parameters} weights`);
    },
  };
  using fitted = await fit({ model: layer, data, ...settings, epochs: 2, watcher });
  const weights = `${fitted.parameters} weights`;
  assertEquals(told, ["epoch 1/2", "1 of 2", "epoch 2/2", "2 of 2", weights]);
});

Deno.test("fit() refuses settings without meaning in one sentence that names them", async () => {
  const wrong = [
    [{ optimizer, epochs: 0 }, "epochs must be at least 1, not 0"],
    [{ optimizer, epoch: 3 }, "did you mean epochs?"],
    [{ optimizer, bestBy: "speed" }, 'bestBy must be accuracy, loss, not "speed"'],
  ] as const;
  for (const [settings, message] of wrong) {
    // deno-lint-ignore no-explicit-any -- what plain JavaScript in a notebook may pass
    await assertRejects(() => fit({ model: layer, data, ...settings as any }), RangeError, message);
  }
});

Deno.test("fit() says which of its values is no value of its kind", async () => {
  const right = { model: layer, data, ...settings };
  const wrong = [
    [{ ...right, model: undefined }, "fit() needs model: a layer"],
    [{ ...right, model: () => layer }, "fit() needs model: a layer"],
    [{ ...right, data: [] }, "fit() needs data: training data"],
    [{ ...right, optimizer: "sgd" }, "fit() needs optimizer: an optimizer"],
    [{ ...right, loss: "cross-entropy" }, "fit() needs loss: a function"],
    [{ ...right, schedule: "cosine" }, "fit() needs schedule: a schedule"],
  ] as const;
  for (const [options, message] of wrong) {
    // deno-lint-ignore no-explicit-any -- what plain JavaScript in a notebook may pass
    await assertRejects(() => fit(options as any), TypeError, message);
  }
});

Deno.test("fit() refuses a model of more or fewer outputs than the images have classes", async () => {
  for (const outputs of [9, 12]) {
    const model = sequential(flatten, linear(784, outputs));
    await assertRejects(
      () => fit({ model, data, ...settings }),
      RangeError,
      `The model's outputs are [16, ${outputs}], but the images are of 10 classes`,
    );
  }
  await assertRejects(
    () => fit({ model: linear(28, 10), data, ...settings }),
    RangeError,
    "[16, 1,",
  );
});

Deno.test("fit() refuses what nothing can be made of: no images, no images to judge by", async () => {
  const { train } = data;
  const none = syntheticSet("train", 0);
  const refuses = (data: FitOptions["data"], more: object, message: string) =>
    assertRejects(() => fit({ model: layer, data, ...settings, ...more }), RangeError, message);
  await refuses({ train: none }, {}, "fit() needs images: synthetic/train has none");
  await refuses({ train, validation: none }, {}, "Cannot evaluate on synthetic/train: it has no");
  await refuses({ train }, { bestBy: "loss" }, "fit() needs data.validation: bestBy judges by");
  await refuses({ train }, { earlyStopping: 2 }, "data.validation: earlyStopping judges by");
});

Deno.test("fit() says once that a smoothed loss is not to be compared", async () => {
  const said: string[] = [];
  const watcher = { screen: { ...silentScreen, line: (text: string) => void said.push(text) } };
  const loss = crossEntropyLoss({ labelSmoothing: 0.1 });
  using _ = await fit({ model: layer, data, ...settings, loss, watcher });
  const note = "train_loss is with label smoothing 0.1, val_loss and test_loss are without";
  assertEquals(said.filter((text) => !text.startsWith("epoch")), [note]);
});

Deno.test("fit() leaves no tensor behind when it is disposed or fails", async () => {
  unload(data.train);
  unload(data.validation!);
  const before = liveTensors();
  (await fit({ model: layer, data, ...settings }))[Symbol.dispose]();
  const failing = { screen: silentScreen, done: () => Promise.reject(new Error("no reader")) };
  await assertRejects(
    () => fit({ model: layer, data, ...settings, watcher: failing }),
    Error,
    "no reader",
  );
  unload(data.train);
  unload(data.validation!);
  assertEquals(liveTensors(), before);
});
