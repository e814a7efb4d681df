/** Settings of a training, their defaults and their file. @module */
export { choices, keysOf } from "./choices.ts";
export {
  completeConfig,
  configSchema,
  defaultsOf,
  settingsOf,
  type TrainConfig,
  type TrainSettings,
  type Values,
} from "./config.ts";
export {
  configOfRecord,
  configRecord,
  configText,
  parseConfig,
  recordKey,
  shownConfig,
} from "./config_file.ts";
export { contradiction, listed, meaningful, withoutValidation } from "./contradiction.ts";
export { figuresOfText, figuresText } from "./normalize.ts";
export { optionsSchema, type RunOptions, type TrainFlags, trainFlagsSchema } from "./options.ts";
export { recipeConfig, recipeNames } from "./recipe_files.ts";
export { withRecipe } from "./with_recipe.ts";
export { variedSettings } from "./varied_settings.ts";
