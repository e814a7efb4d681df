import { z } from "zod";
import { messageOf, UserError } from "../errors.ts";
import { dataName, type DataReference, dataSet, isTrainSize } from "../data/mod.ts";
import { type AnySpec, defaultOf, explain, problem } from "../settings/mod.ts";
import { type Choice, choices, chosen, keyOf } from "./choices.ts";
import { configSchema, laterKeys, settingsOf, type TrainConfig } from "./config.ts";

/** The longest config file that is read, in bytes. */
const sizeLimit = 1024 * 1024;

const keys = Object.keys(configSchema.shape) as (keyof TrainConfig)[];
const fileKeys = new Map(keys.map((key) => [recordKey(key), key]));

/** `batchSize` as a file's keys are written: `batch_size`. */
export function recordKey(key: string): string {
  return key.replace(/[A-Z]/g, (letter) => `_${letter.toLowerCase()}`);
}

/** A config with the keys that files have, in the schema's order. */
export function configRecord(config: TrainConfig): Record<string, unknown> {
  const stated = [...fileKeys].filter(([, key]) =>
    config[key] !== undefined &&
    !(laterKeys.includes(key) && config[key] === defaultOf(configSchema.shape[key]))
  );
  return Object.fromEntries(stated.map(([name, key]) => [name, config[key]]));
}

/**
 * A config, as a file has it, as people are shown it: the settings of a model of one's own beside the
 * others, the beginning of the SHA-256 of each of its files, and a data set of one's own as one word.
 */
export function shownConfig(record: Readonly<Record<string, unknown>>): Record<string, unknown> {
  const { model_files = {}, model_settings = {}, ...others } = record;
  const digests = Object.entries(model_files as Record<string, string>);
  const files = digests.map(([name, digest]) => [name, digest.slice(0, 12)]);
  const { model, ...rest } = others;
  const { data } = others as { data?: DataReference };
  const shownData = typeof data === "object" && `${dataName(data)}-${data.sha256.slice(0, 12)}`;
  return {
    ...(model !== undefined && { model }),
    ...model_settings as object,
    ...rest,
    ...(shownData && { data: shownData }),
    ...Object.fromEntries(files),
  };
}

/** The text of config.json. */
export function configText(config: TrainConfig): string {
  return `${JSON.stringify(configRecord(config), null, 2)}\n`;
}

/** Checks a config as files have it; throws a UserError that names the file and what is wrong. */
export function configOfRecord(record: unknown, path: string): TrainConfig {
  if (typeof record !== "object" || record === null || Array.isArray(record)) {
    throw new UserError(`${path} holds no config: expected a JSON object`);
  }
  const settings: Record<string, unknown> = {};
  for (const [name, value] of Object.entries(record)) {
    const key = fileKeys.get(name);
    if (key === undefined) throw new UserError(`${path}: ${JSON.stringify(name)} is no setting`);
    settings[key] = value;
  }
  for (const [name, key] of fileKeys) {
    // A setting without a meaning for some runs may be absent, and so may one that came later.
    const mayLack = configSchema.shape[key] instanceof z.ZodOptional || laterKeys.includes(key);
    if (!(key in settings) && !mayLack) throw missing(name, path);
  }
  const result = configSchema.safeParse(settings);
  if (result.success) {
    const { data, trainSize } = result.data;
    if (isTrainSize(dataSet(data), trainSize)) return withoutGaps(result.data, path);
    throw new UserError(`${path}: ${dataName(data)} cannot be trained on ${trainSize} images`);
  }
  throw new UserError(`${path}: ${explain(result.error, settings, recordKey)}`);
}

/** Throws where a setting of the model, the optimizer or the schedule is missing or wrong. */
function withoutGaps(config: TrainConfig, path: string): TrainConfig {
  for (const choice of Object.values(choices)) {
    const spec = specOf(choice, config, path);
    const { settings, later = [] } = spec;
    for (const name of Object.keys(settings)) {
      const key = keyOf(choice, name);
      if (!later.includes(name) && !(key in config)) throw missing(recordKey(key), path);
    }
    const spell = (setting: string) => recordKey(keyOf(choice, setting));
    const wrong = problem(spec, settingsOf(choice, config), spell);
    if (wrong !== undefined) throw new UserError(`${path}: ${wrong}`);
  }
  return config;
}

function specOf(choice: Choice, config: TrainConfig, path: string): AnySpec {
  try {
    return chosen(choice, config);
  } catch (error) {
    throw new UserError(`${path}: ${messageOf(error)}`);
  }
}

const missing = (name: string, path: string) => new UserError(`${path}: ${name} is missing`);

/** Reads the text of a config file. */
export function parseConfig(text: string, path: string): TrainConfig {
  if (text.length > sizeLimit) throw new UserError(`${path} is too long for a config`);
  let record: unknown;
  try {
    record = JSON.parse(text);
  } catch {
    throw new UserError(`${path} is not valid JSON`);
  }
  return configOfRecord(record, path);
}
