import { UsageError } from "../errors.ts";
import { type AnyModel, models } from "../models/mod.ts";
import { defaultOf, withName } from "../settings/mod.ts";
import { choices, keysOf } from "./choices.ts";
import { configSchema, defined, type TrainConfig, type TrainSettings } from "./config.ts";
import { contradiction } from "./contradiction.ts";
import type { TrainFlags } from "./options.ts";
import { recipeConfig } from "./recipe_files.ts";

/**
 * The flags, and what their recipe says where they say nothing. Another model, optimizer or schedule
 * than the recipe's leaves out the recipe's settings of it, other data its number of images. Throws a
 * UsageError where a recipe has no meaning.
 */
export function withRecipe({ recipe, ...flags }: TrainFlags): TrainFlags {
  if (recipe === undefined) return flags;
  if (flags.resume !== undefined) {
    throw new UsageError("--recipe is for a new run, and --resume takes the config of its run");
  }
  const { data: reference, modelFiles, modelSettings: _, ...config } = recipeConfig(recipe);
  if (modelFiles !== undefined && flags.model === undefined) {
    const [module] = Object.keys(modelFiles);
    throw new UsageError(
      `${recipe} is of a model of its own: name its module, as in --model ${module}`,
    );
  }
  const data = typeof reference === "string" ? reference : reference.path;
  const said = Object.entries(config).filter(([key, value]) => !isPlain(key, value, config));
  const settings: Record<string, unknown> = { ...Object.fromEntries(said), data };
  for (const choice of Object.values(choices)) {
    const name = flags[choice.key];
    if (name === undefined || name === config[choice.key]) continue;
    for (const key of keysOf(choice)) delete settings[key];
  }
  if (flags.data !== undefined && flags.data !== data) delete settings.trainSize;
  const all = { ...settings, ...defined(flags) };
  if (modelFiles === undefined && all.model === config.model) {
    const wrong = contradiction({ ...Object.fromEntries(said), model: config.model });
    if (wrong !== undefined && wrong === contradiction(all as TrainSettings)) {
      throw new UsageError(`${recipe}: ${inKeys(wrong)}`);
    }
  }
  return all;
}

/** A sentence on flags, of the keys that a file has for them. */
const inKeys = (sentence: string): string =>
  sentence.replace(/--no-([a-z-]+)/g, '"$1": false')
    .replace(/--([a-z-]+)/g, (_, flag) => flag.replaceAll("-", "_"));

/** Whether a value is what would be taken anyway: saying it could only contradict a flag. */
function isPlain(key: string, value: unknown, { model }: Pick<TrainConfig, "model">): boolean {
  if (Object.values(choices).some((choice) => choice.key === key)) return false;
  const { defaults = {} } = withName<AnyModel>(models, model) ?? {};
  return !(key in defaults) && value === defaultOf(configSchema.shape[key as keyof TrainConfig]);
}
