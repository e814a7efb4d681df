import { assert, assertEquals } from "@std/assert";
import { fit, sgd } from "../../src/mod.ts";
import { loadTest, loadTraining } from "../../src/data/mod.ts";
import { onnxForms } from "../../src/export/onnx_layers.ts";
import { decodeOnnx, onnxLayer } from "../../src/export/mod.ts";
import { type AnyModel, models } from "../../src/models/mod.ts";
import { build, mirrored, standardized } from "../../src/nn/mod.ts";
import { evaluate } from "../../src/train/mod.ts";
import { Random } from "../../src/tensor/mod.ts";
import { version } from "../../src/version.ts";
import { python, pythonHas } from "../python.ts";
import { temporaryFolder } from "../temporary_folder.ts";
import { type Found, scoresOf, writeCase } from "./cases.ts";
import { Dice, drawnModel, drawnNetwork, kindsOf } from "./networks.ts";

const ignore = !pythonHas("onnx", "onnxruntime");
const needs = ignore ? " (needs a python3 with onnxruntime: pip install onnx onnxruntime)" : "";

async function found(folder: string): Promise<Record<string, Found>> {
  return JSON.parse(await python(new URL("run_onnx.py", import.meta.url), folder));
}

/** The greatest distance of two scores that is allowed, as a share of the greatest score. */
const tolerance = 1e-5;

/** Pixels that have nothing to do with one another. */
const noise = (seed: number, length: number) => {
  const dice = new Dice(seed);
  return Uint8Array.from({ length }, () => dice.from(0, 255));
};

Deno.test({
  name: `onnxruntime gives the scores of 200 networks of every layer${needs}`,
  ignore,
  async fn() {
    using folder = temporaryFolder();
    const kinds = new Map<string, number>();
    for (let seed = 0; seed < 200; seed++) {
      const network = drawnNetwork(seed);
      using model = drawnModel(network, seed);
      for (const kind of new Set(kindsOf(model))) kinds.set(kind, (kinds.get(kind) ?? 0) + 1);
      const [channels, height, width] = network.image;
      const classes = Array.from({ length: network.classes }, (_, label) => `class ${label}`);
      const format = { channels, height, width, classes };
      const pixels = noise(seed, (1 + seed % 5) * channels * height * width);
      const form = { uint8: seed % 4 === 1, probabilities: seed % 4 === 2 };
      writeCase(folder.path, `${seed}`, model, pixels, format, form);
      // Read again it has the same bits: the layers are those that were written.
      const { graph } = decodeOnnx(Deno.readFileSync(`${folder.path}/${seed}.onnx`));
      using read = build(onnxLayer(graph), new Random(0, "init"));
      assertEquals(scoresOf(read, pixels, format), scoresOf(model, pixels, format), `${seed}`);
    }
    const rare = Object.keys(onnxForms).filter((kind) => !((kinds.get(kind) ?? 0) >= 5));
    assertEquals(rare, []);
    const results = Object.entries(await found(folder.path));
    assertEquals(results.length, 200);
    for (const [seed, { ir, opset, error, largest, sameWeights, input, output }] of results) {
      const { image, classes } = drawnNetwork(Number(seed));
      const [uint8, probabilities] = [1, 2].map((form) => Number(seed) % 4 === form);
      assert(error <= tolerance * largest, `network ${seed}: ${error} of ${largest}`);
      assert(sameWeights && ir >= 9 && opset >= 17, `network ${seed}`);
      const type = uint8 ? "tensor(uint8)" : "tensor(float)";
      assertEquals(input, ["images", type, ["batch", ...image]]);
      const name = probabilities ? "probabilities" : "scores";
      assertEquals(output, [name, "tensor(float)", ["batch", classes]]);
    }
  },
});

/** Settings with which a model is quick to run. */
const small: Readonly<Record<string, object>> = {
  vgg: { width: 4 },
  resnet: { width: 4 },
  "wide-resnet": { depth: 10, widen: 1 },
  mobilenet: { width: 4 },
  convnext: { width: 8, blocks: 1 },
  convnet: { layers: "8-M-8-M-16" },
  "deep-mlp": { hidden: 64 },
};

Deno.test({
  name: `onnxruntime predicts the 10,000 test images as evaluate does, for every model${needs}`,
  ignore,
  async fn() {
    using folder = temporaryFolder();
    const data = await loadTraining({ data: "synthetic", trainSize: 640 });
    const test = await loadTest({ data: "synthetic" });
    assertEquals(test.count, 10_000);
    const all: readonly AnyModel[] = models;
    for (const { name, of } of all) {
      const own = of(small[name] ?? {}, test);
      const model = name === "lenet5"
        ? mirrored(standardized(own, { mean: [0.2862], std: [0.3529] }))
        : own;
      using fitted = await fit({
        ...{ model, data: { train: data.train }, epochs: 1, seed: 7 },
        optimizer: sgd({ lr: 0.02, momentum: 0.9 }),
      });
      const { predictions } = evaluate(fitted.model, test);
      const scored = 1000;
      writeCase(folder.path, name, fitted.model, test.images, test, { predictions, scored });
      const { graph } = decodeOnnx(Deno.readFileSync(`${folder.path}/${name}.onnx`));
      using read = build(onnxLayer(graph), new Random(0, "init"));
      const first = test.images.subarray(0, scored * test.height * test.width);
      assertEquals(scoresOf(read, first, test), scoresOf(fitted.model, first, test), name);
    }
    const results = await found(folder.path);
    assertEquals(Object.keys(results).sort(), all.map(({ name }) => name).sort());
    for (const [name, result] of Object.entries(results)) {
      const { error, leastMargin, differentPredictions, count, sameWeights, producer } = result;
      assert(error <= tolerance, `${name}: ${error}`);
      assert(leastMargin > 2 * error, `${name}: ${leastMargin}`);
      assertEquals([differentPredictions, count, sameWeights], [0, 10_000, true], name);
      assertEquals(producer, ["wick", version]);
    }
  },
});
