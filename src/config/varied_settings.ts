import { choices } from "./choices.ts";
import { completeConfig, type TrainConfig } from "./config.ts";

const keysOfChoices: readonly string[] = Object.values(choices).map(({ key }) => key);

/**
 * The keys of the settings in which configs differ by choice. A setting that has in
 * each config the value that follows from the others, as the momentum that SGD has and Adam has
 * not, is left out.
 */
export function variedSettings(configs: readonly TrainConfig[]): (keyof TrainConfig)[] {
  const keys = new Set(configs.flatMap((config) => Object.keys(config) as (keyof TrainConfig)[]));
  const plain = configs.map(({ model, opt, lrScheduler, data }) => ({
    ofModel: completeConfig({ model }, data),
    ofChoices: completeConfig({ model, opt, lrScheduler }, data),
  }));
  const follows = (key: keyof TrainConfig) =>
    configs.every((config, i) => {
      const { ofModel, ofChoices } = plain[i];
      return config[key] === (keysOfChoices.includes(key) ? ofModel : ofChoices)[key];
    });
  return [...keys].filter((key) =>
    new Set(configs.map((config) => config[key])).size > 1 &&
    (key === choices.model.key || key === "data" || !follows(key))
  );
}
