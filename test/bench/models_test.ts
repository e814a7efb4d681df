import { assertEquals } from "@std/assert";
import { models as benchModels, parseLayer } from "../../bench/models.ts";
import { models } from "../../src/models/mod.ts";
import { build } from "../../src/nn/mod.ts";
import { Random } from "../../src/tensor/mod.ts";

for (const spec of models) {
  const { name } = spec;
  Deno.test(`the bench's ${name} has the weights of the ${name} that a run trains`, () => {
    using model = build(spec(), new Random(0, "init"));
    const shapes = model.parameters.map(({ name, tensor }) => [name, tensor.shape]);
    const listed = benchModels[name].layers.map(parseLayer).flatMap(
      ({ kind, inputs, outputs }, i) => {
        const weight = kind === "conv2d" ? [outputs, inputs, 3, 3] : [outputs, inputs];
        const hasWeights = kind === "conv2d" || kind === "linear";
        return hasWeights ? [[`${i}.weight`, weight], [`${i}.bias`, [outputs]]] : [];
      },
    );
    assertEquals(shapes, listed);
  });
}
