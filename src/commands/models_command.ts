import { aligned } from "../cli/mod.ts";
import { standardSet } from "../data/mod.ts";
import { type AnyModel, models } from "../models/mod.ts";
import { type Layer, type LayerRow, layerTable } from "../nn/mod.ts";
import { complete } from "../settings/mod.ts";
import type { Shape } from "../tensor/mod.ts";

/** A table of all models with their default settings, for images of Fashion-MNIST's format. */
export function modelsText(batchSize: number): string {
  const { channels, height, width } = standardSet;
  const rows = models.map((model: AnyModel) => {
    const layers = layerTable(model.of(complete(model, {}), standardSet), [
      channels,
      height,
      width,
    ]);
    const { parameters, multiplyAdds } = layers.at(-1)!;
    const memory = memoryOf(layers, batchSize) / 2 ** 20;
    return [
      model.name,
      parameters.toLocaleString("en"),
      (multiplyAdds / 1e6).toFixed(2),
      memory.toFixed(1),
      model.title,
    ];
  });
  const head = ["model", "weights", "M mult-adds", "MiB a step", ""];
  return [
    aligned([head, ...rows], (column) => column === 0 || column === 4).join("\n"),
    "",
    "M mult-adds: million multiply-adds of one image, forward.",
    `MiB a step: weights, gradients, one moment of the optimizer and every layer's`,
    `output for ${batchSize} images, in float32.`,
  ].join("\n");
}

/** The table that `--summary` prints: a row a layer, the whole model at the end. */
export function summaryText(layer: Layer, image: Shape): string {
  const rows = layerTable(layer, image);
  const head = ["layer", "kind", "output", "weights", "mult-adds"];
  const cells = rows.map(({ name, kind, output, parameters, multiplyAdds }, i) => [
    i === rows.length - 1 ? "all" : name,
    kind,
    output.join(" x "),
    parameters.toLocaleString("en"),
    multiplyAdds.toLocaleString("en"),
  ]);
  return aligned([head, ...cells], (column) => column < 3).join("\n");
}

/** Bytes of float32 that a training step holds at least, if every output is kept for its gradient. */
function memoryOf(rows: readonly LayerRow[], batchSize: number): number {
  const outputs = rows.filter(({ isContainer }) => !isContainer)
    .reduce((sum, { output }) => sum + output.reduce((size, length) => size * length, 1), 0);
  return 4 * (3 * rows.at(-1)!.parameters + batchSize * outputs);
}
