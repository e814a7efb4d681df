import { assertEquals, assertThrows } from "@std/assert";
import { build, createOptimizer, crossEntropy } from "../../src/nn/mod.ts";
import { createModel, modelName, models } from "../../src/models/mod.ts";
import { gradients, liveTensors, Random, scope, Tensor } from "../../src/tensor/mod.ts";

const expected = {
  linear: [["1.weight", [10, 784]], ["1.bias", [10]]],
  nonlinear: [
    ["1.weight", [128, 784]],
    ["1.bias", [128]],
    ["3.weight", [10, 128]],
    ["3.bias", [10]],
  ],
  cnn: [
    ["0.weight", [10, 1, 3, 3]],
    ["0.bias", [10]],
    ...["2", "5", "7"].flatMap((place) => [
      [`${place}.weight`, [10, 10, 3, 3]],
      [`${place}.bias`, [10]],
    ]),
    ["11.weight", [10, 490]],
    ["11.bias", [10]],
  ],
};

for (const [name, parameters] of Object.entries(expected)) {
  Deno.test(`${name} has PyTorch's parameters, learns a batch, and leaves no tensor behind`, () => {
    using model = build(createModel(name), new Random(42, "init"));
    assertEquals(model.parameters.map(({ name, tensor }) => [name, tensor.shape]), parameters);
    using optimizer = createOptimizer({ name: "sgd", lr: 0.05, momentum: 0.9 }, model.parameters);
    using images = new Random(1, "test").uniform([32, 1, 28, 28]);
    using labels = Tensor.from(Uint8Array.from({ length: 32 }, (_, i) => i % 10));
    const step = () =>
      scope(() => {
        const loss = crossEntropy(model.forward(images, { training: true }), labels);
        optimizer.step(gradients(loss, model.parameters));
        return loss.item();
      });
    const before = liveTensors();
    const losses = Array.from({ length: 40 }, step);
    assertEquals(liveTensors(), before);
    assertEquals(losses[39] < losses[0], true, `from ${losses[0]} to ${losses[39]}`);
  });
}

Deno.test("10,000 training steps of the linear model do not grow resident memory", () => {
  using model = build(createModel("linear"), new Random(42, "init"));
  using optimizer = createOptimizer({ name: "adam", lr: 1e-4 }, model.parameters);
  using images = new Random(1, "test").uniform([32, 1, 28, 28]);
  using labels = Tensor.from(Uint8Array.from({ length: 32 }, (_, i) => i % 10));
  const train = (steps: number) => {
    for (let i = 0; i < steps; i++) {
      scope(() => {
        const loss = crossEntropy(model.forward(images, { training: true }), labels);
        optimizer.step(gradients(loss, model.parameters));
      });
    }
  };
  train(1000);
  const live = liveTensors();
  const before = Deno.memoryUsage().rss;
  train(10_000);
  assertEquals(liveTensors(), live);
  const grown = Deno.memoryUsage().rss - before;
  assertEquals(grown < 16 * 2 ** 20, true, `resident memory grew by ${grown} bytes`);
});

Deno.test("createModel() takes the width of the hidden layer and the number of classes", () => {
  using model = build(createModel("mlp", { hidden: 16, classes: 3 }), new Random(1, "init"));
  assertEquals(model.parameters.map(({ tensor }) => tensor.shape), [
    [16, 784],
    [16],
    [3, 16],
    [3],
  ]);
});

Deno.test("modelName() knows every model and its alias", () => {
  for (const name of Object.keys(models)) assertEquals(modelName(name), name);
  assertEquals(modelName("mlp"), "nonlinear");
});

Deno.test("createModel() names the nearest model where the name is unknown", () => {
  assertThrows(
    () => createModel("lineer"),
    RangeError,
    'Unknown model "lineer": did you mean "linear"? There are linear, nonlinear, cnn, mlp',
  );
  assertThrows(() => createModel("toString"), RangeError, "Unknown model");
});
