import balanced from "../../recipes/balanced.json" with { type: "json" };
import best from "../../recipes/best.json" with { type: "json" };
import fast from "../../recipes/fast.json" with { type: "json" };
import linear from "../../recipes/linear.json" with { type: "json" };
import nonlinear from "../../recipes/nonlinear.json" with { type: "json" };
import smallCnn from "../../recipes/small-cnn.json" with { type: "json" };
import { UsageError } from "../errors.ts";
import { guessOf } from "../settings/mod.ts";
import { readJson } from "../storage/mod.ts";
import type { TrainConfig } from "./config.ts";
import { configOfRecord } from "./config_file.ts";

/** The recipes by name: complete configs, as config.json has them, chosen by validation images alone. */
const records: Readonly<Record<string, unknown>> = {
  linear,
  nonlinear,
  "small-cnn": smallCnn,
  fast,
  balanced,
  best,
};

/** The names of the recipes. */
export const recipeNames: readonly string[] = Object.keys(records);

/**
 * The config of a recipe's name, or of a file such as a run's config.json; throws a UserError that
 * says what is wrong with it, or which recipes there are.
 */
export function recipeConfig(recipe: string): TrainConfig {
  if (Object.hasOwn(records, recipe)) return configOfRecord(records[recipe], `recipe ${recipe}`);
  const record = readJson(recipe);
  if (record !== undefined) return configOfRecord(record, recipe);
  throw new UsageError(
    `There is no recipe or config file ${JSON.stringify(recipe)}: there are ` +
      `${recipeNames.join(", ")}${guessOf(recipe, recipeNames)}`,
  );
}
