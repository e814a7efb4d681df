/** Settings of a training, their defaults and their file. @module */
export {
  completeConfig,
  configSchema,
  contradiction,
  type TrainConfig,
  type TrainSettings,
} from "./config.ts";
export { configOfRecord, configRecord, configText, parseConfig } from "./config_file.ts";
export { optionsSchema, type RunOptions, type TrainFlags, trainFlagsSchema } from "./options.ts";
