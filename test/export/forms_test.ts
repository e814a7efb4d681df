import { assertEquals, assertThrows } from "@std/assert";
import * as nn from "../../src/nn/mod.ts";
import { onnxForms } from "../../src/export/onnx_layers.ts";
import { torchForms } from "../../src/export/torch_layers.ts";
import { checkOnnx, onnxModel, torchScript } from "../../src/export/mod.ts";
import { UserError } from "../../src/errors.ts";
import { Random } from "../../src/tensor/mod.ts";
import { examples } from "./networks.ts";

/** What src/nn exports beside layers. */
const others = `adam adamw build checkOutputs constant cosine cosineRestarts crossEntropy
  crossEntropyLoss evaluation featureMaps isBias isNormOrBias kaimingNormal kaimingUniform layerTable
  lion lookahead lossNote meanSquaredError mixing muon oneCycle optimizer optimizers optimizerSpec
  parameterCount parameterGroups plainStep plateau polynomial rmsprop schedule schedules sgd stepDecay
  trapezoid xavierNormal xavierUniform`.split(/\s+/);

Deno.test("every layer of src/nn has a form in ONNX and one in PyTorch, and is drawn in the networks", () => {
  const layers = Object.keys(nn).filter((name) => !others.includes(name));
  assertEquals([...examples.keys()].sort(), layers.sort());
  const kinds = [...examples.values()].map(({ kind }) => kind).sort();
  assertEquals(Object.keys(onnxForms).sort(), kinds);
  assertEquals(Object.keys(torchForms).sort(), kinds);
});

const format = { channels: 1, height: 4, width: 4, classes: ["a", "b"] };
const softsign: nn.Layer = { kind: "softsign", forward: (x) => x.div(x.abs().add(1)) };
const built = (...layers: nn.Layer[]) =>
  nn.build(nn.sequential(nn.flatten, ...layers, nn.linear(16, 2)), new Random(1, "init"));

Deno.test("a layer that is not one of wick's is refused by its name and place", () => {
  using model = built(nn.residual(nn.linear(16, 16), softsign));
  const refused = (write: () => unknown, format: string) =>
    assertThrows(
      write,
      UserError,
      `Layer 1.1 is of the kind "softsign", for which there is no form in ${format}`,
    );
  refused(() => onnxModel(model, { format }), "ONNX");
  refused(() => torchScript(model, { format }), "PyTorch");
  for (const kind of ["constructor", "toString"]) {
    using named = built({ ...softsign, kind });
    assertThrows(() => onnxModel(named, { format }), UserError, `of the kind "${kind}"`);
    assertThrows(() => torchScript(named, { format }), UserError, `of the kind "${kind}"`);
  }
});

Deno.test("a layer that computes something else than its kind says is noticed", () => {
  using model = built({ ...nn.relu, forward: (x) => x.relu().mul(2) });
  const file = onnxModel(model, { format });
  assertThrows(() => checkOnnx(file, model, format), UserError, "takes a kind of its own");
  using right = built(nn.relu);
  for (const form of [{}, { uint8: true, probabilities: true }]) {
    checkOnnx(onnxModel(right, { format, ...form }), right, format);
  }
});
