import { aligned } from "../cli/mod.ts";
import { recipeConfig, recipeNames } from "../config/mod.ts";
import { dataSet } from "../data/mod.ts";
import { layerTable } from "../nn/mod.ts";
import { program } from "../program.ts";
import { modelOf } from "../train/mod.ts";

/** A table of all recipes. */
export function recipesText(): string {
  const rows = recipeNames.map((name) => {
    const config = recipeConfig(name);
    const { channels, height, width } = dataSet(config.data);
    const { parameters } = layerTable(modelOf(config), [channels, height, width]).at(-1)!;
    const { model, epochs, batchSize, opt, lrScheduler } = config;
    const weights = parameters.toLocaleString("en");
    return [name, model, weights, `${epochs}`, `${batchSize}`, opt, lrScheduler];
  });
  const head = ["recipe", "model", "weights", "epochs", "batch", "optimizer", "schedule"];
  return [
    aligned([head, ...rows], (column) => column < 2 || column > 4).join("\n"),
    "",
    `${program} train --recipe NAME trains one, and flags beside it override it.`,
  ].join("\n");
}
