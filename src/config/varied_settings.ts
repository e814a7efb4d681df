import { choices } from "./choices.ts";
import { completeConfig, type TrainConfig } from "./config.ts";
import { configRecord, recordKey } from "./config_file.ts";

/** A config as people read it: by the names of files, with the settings of a model of one's own. */
type Settings = Readonly<Record<string, unknown>>;

/** What the others follow from. */
const causes = ["model", "model_files", "data"];
const choiceKeys = Object.values(choices).map(({ key }) => recordKey(key));

/**
 * Of each config the settings in which they differ by choice, the same names for all. A setting that
 * has in each config the value that follows from the others, as the momentum that SGD has and Adam
 * has not, is left out.
 */
export function variedSettings(configs: readonly TrainConfig[]): Settings[] {
  const all = configs.map(settingsOf);
  const plain = configs.map(({ model, modelFiles, opt, lrScheduler, data }) => {
    const [ofModel, ofChoices] = [{}, { opt, lrScheduler }].map((chosen) =>
      settingsOf(completeConfig({ model, modelFiles, ...chosen }, data))
    );
    return (name: string) => (choiceKeys.includes(name) ? ofModel : ofChoices)[name];
  });
  const varies = (name: string) => new Set(all.map((settings) => settings[name])).size > 1;
  const follows = (name: string) =>
    all.every((settings, i) => settings[name] === plain[i](name)) && !causes.includes(name);
  const names = new Set(all.flatMap((settings) => Object.keys(settings)));
  const varied = [...names].filter((name) => varies(name) && !follows(name));
  return all.map((settings) => Object.fromEntries(varied.map((name) => [name, settings[name]])));
}

function settingsOf(config: TrainConfig): Settings {
  const { model_settings: own, model_files: files, ...record } = configRecord(config);
  return {
    ...record,
    ...(files !== undefined && { model_files: JSON.stringify(files) }),
    ...own as object,
  };
}
