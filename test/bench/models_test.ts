import { assertEquals } from "@std/assert";
import { benchModel, modelNames, zooNames } from "../../bench/models.ts";
import { models } from "../../src/models/mod.ts";
import { build, type Layer, layerTable } from "../../src/nn/mod.ts";
import { Random } from "../../src/tensor/mod.ts";

const weights = (layer: Layer) => {
  using model = build(layer, new Random(0, "init"));
  return model.parameters.map(({ name, tensor }) => [name, tensor.shape]);
};

for (const spec of models.filter(({ name }) => modelNames.includes(name))) {
  Deno.test(`the bench's ${spec.name} has the weights of the ${spec.name} that a run trains`, () => {
    assertEquals(weights(benchModel(spec.name).layer), weights(spec()));
  });
}

Deno.test("every model of the zoo can be built, with scores of ten classes", () => {
  for (const name of zooNames) {
    assertEquals(layerTable(benchModel(name).layer, [1, 28, 28]).at(-1)?.output, [10], name);
  }
});
