import { assert, assertEquals, assertThrows } from "@std/assert";
import { fma } from "../../../src/export/page/exact.js";
import { forms, forward } from "../../../src/export/page/forward.js";
import { gradients, saliency } from "../../../src/export/page/gradient.js";
import { layerData } from "../../../src/export/page/layer_data.ts";
import { layerOf, weightsOf } from "../../../src/export/page/layers.js";
import { UserError } from "../../../src/errors.ts";
import { type AnyModel, models } from "../../../src/models/mod.ts";
import { fashionMnist } from "../../../src/data/mod.ts";
import { encodeSafetensors, storedTensors } from "../../../src/storage/mod.ts";
import { build, type Layer, linear, type Module, sequential } from "../../../src/nn/mod.ts";
import { functional, noGradients, Random, scope, Tensor } from "../../../src/tensor/mod.ts";
import { saliency as librarysSaliency } from "../../../src/predict/saliency.ts";
import {
  Dice,
  drawnModel,
  drawnNetwork,
  examples,
  hasLargeTiles,
  type Image,
  kindsOf,
} from "../networks.ts";

const noise = (seed: number, length: number) => {
  const dice = new Dice(seed);
  return Uint8Array.from({ length }, () => dice.from(0, 255));
};

/** A model as a page has it: its layers as JSON, its weights as a file. */
function pagesModel({ layer, parameters, buffers }: Module) {
  const weights = storedTensors([...parameters, ...buffers]);
  const data = JSON.parse(JSON.stringify(layerData(layer, weights)));
  return layerOf(data, weightsOf(encodeSafetensors(weights).buffer).tensors);
}

/** Compares the page's scores of an image with the library's, bit for bit. */
function compare(name: string, model: Module, image: Image, seed: number): void {
  const size = image.reduce((product, length) => product * length);
  const data = Float32Array.from(noise(seed, size), (pixel) => pixel / 255);
  const expected = scope(() =>
    noGradients(() => model.forward(Tensor.from(data, [1, ...image])).read())
  );
  assertEquals([...forward(pagesModel(model), { data, shape: image }).data], [...expected], name);
}

Deno.test("a page has a form of every layer, and 400 networks of them have the library's bits", () => {
  const kinds = [...examples.values()].map(({ kind }) => kind).sort();
  assertEquals(Object.keys(forms).sort(), kinds);
  const drawn = new Map<string, number>();
  let largeTiles = 0;
  for (let seed = 0; seed < 400; seed++) {
    const network = drawnNetwork(seed);
    using model = drawnModel(network, seed);
    for (const kind of new Set(kindsOf(model))) drawn.set(kind, (drawn.get(kind) ?? 0) + 1);
    if (hasLargeTiles(model)) largeTiles++;
    compare(`network ${seed}`, model, network.image, seed);
  }
  assert(largeTiles >= 20, `${largeTiles}`);
  assertEquals(kinds.filter((kind) => !((drawn.get(kind) ?? 0) >= 10)), []);
});

Deno.test("every model has the library's bits in a page", () => {
  for (const { name, of } of models as readonly AnyModel[]) {
    using model = build(of({}, fashionMnist), new Random(1, "init"));
    for (const seed of [1, 2]) compare(name, model, [1, 28, 28], seed);
  }
});

Deno.test("a fused multiply-add is rounded once, where f64 rounds to the middle of two f32 too", () => {
  let twice = 0;
  const dice = new Dice(1);
  for (let group = 0; group < 100; group++) {
    // a b = 2^-24 (1 - k^2 2^-40), a little less than the half of c's last place.
    const k = dice.from(1, 45) * 2 ** -20;
    const count = 200;
    const b = Float32Array.of(1 - k);
    const c = Float32Array.of(dice.one([-1, 1]) * (1 + dice.from(0, 2 ** 23 - 1) * 2 ** -23));
    const a = Float32Array.from(
      { length: count },
      () => dice.one([-1, 1]) * 2 ** -24 * (1 + dice.one([k, dice.from(0, 2 ** 20) * 2 ** -20])),
    );
    const expected = scope(() =>
      functional.linear(Tensor.from(a, [count, 1]), Tensor.from(b, [1, 1]), Tensor.from(c)).read()
    );
    for (let i = 0; i < count; i++) {
      assertEquals(fma(a[i], b[0], c[0]), expected[i], `${a[i]} ${b[0]} ${c[0]}`);
      if (Math.fround(a[i] * b[0] + c[0]) !== expected[i]) twice++;
    }
  }
  assert(twice > 1000, `${twice}`);
});

Deno.test("a layer that is not one of wick's is refused for a page by its name", () => {
  const softsign: Layer = { kind: "softsign", forward: (x) => x.div(x.abs().add(1)) };
  using model = build(sequential(softsign), new Random(1, "init"));
  assertThrows(() => pagesModel(model), UserError, 'Layer 0 is of the kind "softsign"');
});

Deno.test("the saliency of a page is the library's, for networks of every layer", () => {
  assertEquals(Object.keys(gradients).sort(), Object.keys(forms).sort());
  for (let seed = 0; seed < 200; seed++) {
    const network = drawnNetwork(seed);
    using model = drawnModel(network, seed);
    const [channels, height, width] = network.image;
    const image = noise(seed, channels * height * width);
    const classes = Array.from({ length: network.classes }, (_, label) => `${label}`);
    const label = seed % network.classes;
    const expected = librarysSaliency(model, image, label, { channels, height, width, classes });
    const data = Float32Array.from(image, (pixel) => pixel / 255);
    const found = saliency(
      pagesModel(model),
      { data, shape: network.image },
      label,
      network.classes,
    );
    const largest = Math.max(...expected.map(Math.abs));
    const error = Math.max(...expected.map((slope, i) => Math.abs(slope - found[i])));
    // A layer norm of one or two channels leaves hardly a gradient, and the library's is in f32.
    assert(error <= 1e-4 * largest + 2e-6, `network ${seed}: ${error} of ${largest}`);
  }
});

Deno.test("weights that are not a model's are refused for a page", () => {
  const layer = sequential(linear(4, 3));
  const tensor = (name: string, shape: number[], dtype: "F32" | "F16" = "F32") => {
    const size = shape.reduce((product, length) => product * length) * (dtype === "F32" ? 4 : 2);
    return { name, dtype, shape, bytes: new Uint8Array(size) };
  };
  const weight = tensor("0.weight", [3, 4]);
  assertEquals(layerData(layer, [weight, tensor("0.bias", [3])]).layers[0], {
    ...{ kind: "linear", inputs: 4, outputs: 3, bias: true, layers: [] },
    tensors: { weight: "0.weight", bias: "0.bias" },
  });
  for (
    const [bias, message] of [
      [tensor("0.b", [3]), "it has no tensor 0.bias"],
      [tensor("0.bias", [4]), "its 0.bias is F32 [4]; the model has F32 [3]"],
      [tensor("0.bias", [3], "F16"), "its 0.bias is F16 [3]; the model has F32 [3]"],
    ] as const
  ) assertThrows(() => layerData(layer, [weight, bias]), RangeError, message);
});
