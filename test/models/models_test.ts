import { assertEquals, assertThrows } from "@std/assert";
import { adam, build, crossEntropy, type Layer, type Residual, sgd } from "../../src/nn/mod.ts";
import { linear, models, nonlinear, resnet, wideResnet } from "../../src/models/mod.ts";
import { named, namesOf } from "../../src/settings/mod.ts";
import { fashionMnist } from "../../src/data/mod.ts";
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
    using model = build(named("model", models, name)(), new Random(42, "init"));
    assertEquals(model.parameters.map(({ name, tensor }) => [name, tensor.shape]), parameters);
    using optimizer = sgd({ lr: 0.05, momentum: 0.9 }).init(model.parameters);
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

Deno.test("a model whose poolings leave nothing of the images says what it takes", () => {
  const small = { ...fashionMnist, height: 4, width: 4 };
  const vgg = named("model", models, "vgg");
  assertThrows(
    () => vgg.of({ blocks: 4 }, small),
    RangeError,
    "halving 4 pixels 4 times leaves none, it takes 16 or more",
  );
  assertEquals(vgg.of({ blocks: 2 }, small).kind, "sequential");
});

Deno.test("10,000 training steps of the linear model do not grow resident memory", () => {
  using model = build(linear(), new Random(42, "init"));
  using optimizer = adam({ lr: 1e-4 }).init(model.parameters);
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

Deno.test("a model takes the width of its hidden layer, and the images' size and classes", () => {
  const format = { channels: 3, height: 8, width: 6, classes: ["red", "green", "blue"] };
  using model = build(nonlinear({ hidden: 16 }, format), new Random(1, "init"));
  assertEquals(model.parameters.map(({ tensor }) => tensor.shape), [
    [16, 3 * 8 * 6],
    [16],
    [3, 16],
    [3],
  ]);
  const larger = { ...format, height: 16, width: 12 };
  for (const one of models) {
    using built = build(one({}, larger), new Random(1, "init"));
    using images = new Random(1, "test").uniform([2, 3, 16, 12]);
    using scores = built.forward(images);
    assertEquals(scores.shape, [2, 3], one.name);
  }
});

Deno.test("a model refuses settings out of range and unknown ones", () => {
  assertThrows(() => nonlinear({ hidden: 0 }), RangeError, "nonlinear: hidden must be at least 1");
  assertThrows(
    () => linear({ hidden: 3 } as object),
    RangeError,
    'linear: there is no setting "hidden"',
  );
});

Deno.test("a model's settings are told from the shapes of its weights", () => {
  for (const one of models) {
    const of: Readonly<Record<string, number>> = { hidden: 7, width: 5, widen: 2 };
    const entries = Object.entries(of).filter(([setting]) => setting in one.settings);
    const settings = Object.fromEntries(entries);
    using built = build(one.of(settings, fashionMnist), new Random(1, "init"));
    const shapes = new Map(built.parameters.map(({ name, tensor }) => [name, tensor.shape]));
    assertEquals(one.settingsOf?.((name) => shapes.get(name)) ?? {}, settings, one.name);
  }
});

Deno.test("named() knows every model and its alias", () => {
  for (const name of namesOf(models)) assertEquals(named("model", models, name).name, name);
  assertEquals(named("model", models, "mlp"), nonlinear);
});

Deno.test("named() names the nearest model where the name is unknown", () => {
  assertThrows(
    () => named("model", models, "lineer"),
    RangeError,
    'Unknown model "lineer": there are linear, nonlinear, cnn, ',
  );
  assertThrows(() => named("model", models, "toString"), RangeError, "Unknown model");
});

Deno.test("stochastic depth skips the l-th of L residual blocks with l / L of the last one's rate", () => {
  const rates = (layer: Layer): number[] => [
    ...(layer.kind === "residual" ? [(layer as Residual).dropRate ?? 0] : []),
    ...(layer.layers ?? []).flatMap(rates),
  ];
  const sixths = [1, 2, 3, 4, 5, 6].map((block) => 0.3 * block / 6);
  assertEquals(rates(resnet({ depth: 14, stochasticDepth: 0.3 })), sixths);
  assertEquals(rates(wideResnet({ depth: 16, stochasticDepth: 0.3 })), sixths);
  assertEquals(rates(resnet({ depth: 14 })), sixths.map(() => 0));
});
