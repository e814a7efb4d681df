import { choices } from "./choices.ts";
import { completeConfig, type TrainConfig } from "./config.ts";
import { configRecord, recordKey, shownConfig } from "./config_file.ts";

const choiceKeys = Object.values(choices).map(({ key }) => recordKey(key));

/**
 * Of each config, as people are shown it, the settings in which they differ by choice, the same
 * names for all. A setting that has in each config the value that follows from the others, as the
 * momentum that SGD has and Adam has not, is left out.
 */
export function variedSettings(
  configs: readonly TrainConfig[],
): Readonly<Record<string, unknown>>[] {
  const shown = (config: TrainConfig) => shownConfig(configRecord(config));
  const all = configs.map(shown);
  const following = configs.map(({ model, modelFiles, opt, lrScheduler, data }) => {
    const [ofModel, ofChoices] = [{}, { opt, lrScheduler }].map((chosen) =>
      shown(completeConfig({ model, modelFiles, ...chosen }, data))
    );
    const causes = ["model", "data", ...Object.keys(modelFiles ?? {})];
    return (name: string, value: unknown) =>
      !causes.includes(name) && value === (choiceKeys.includes(name) ? ofModel : ofChoices)[name];
  });
  const names = new Set(all.flatMap((settings) => Object.keys(settings)));
  const varied = [...names].filter((name) =>
    new Set(all.map((settings) => settings[name])).size > 1 &&
    !all.every((settings, i) => following[i](name, settings[name]))
  );
  return all.map((settings) => Object.fromEntries(varied.map((name) => [name, settings[name]])));
}
