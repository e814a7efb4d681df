import { flagName } from "../cli/mod.ts";
import { type DataSet, dataSets } from "../data/mod.ts";
import type { AnyModel } from "../models/mod.ts";
import { schedules } from "../nn/mod.ts";
import { namesOf, problem } from "../settings/mod.ts";
import { choices, chosen, keyOf, keysOf, ownersOf } from "./choices.ts";
import { defaultsOf, defined, settingsOf, type TrainSettings } from "./config.ts";

/** Says what is wrong in settings that are each right, but not together; undefined if nothing. */
export function contradiction(settings: TrainSettings, own?: AnyModel): string | undefined {
  const all = { ...defaultsOf(settings, own), ...defined(settings) };
  for (const choice of Object.values(choices)) {
    const spec = chosen(choice, all);
    for (const key of keysOf(choice)) {
      const owners = ownersOf(choice, key);
      if (!(key in defined(settings)) || owners.includes(spec)) continue;
      return `--${flagName(key)} is for --${flagName(choice.key)} ${listed(namesOf(owners))}`;
    }
    const spell = (setting: string) => `--${flagName(keyOf(choice, setting))}`;
    const wrong = problem(spec, settingsOf(choice, all), spell);
    if (wrong !== undefined) return wrong;
  }
  if (own !== undefined) {
    const wrong = problem(own, settings.modelSettings ?? {}, (setting) => `--${flagName(setting)}`);
    if (wrong !== undefined) return wrong;
    if (own.loss !== undefined && settings.labelSmoothing) {
      return `--label-smoothing is for the cross-entropy, and ${own.name} has a loss of its own`;
    }
  }
  return contradictionBetween({ ...all, model: settings.model });
}

/** The settings without those of another model, optimizer or schedule than the chosen ones. */
export function meaningful(settings: TrainSettings, own?: AnyModel): TrainSettings {
  const all = { ...defaultsOf(settings, own), ...defined(settings) };
  const without = Object.values(choices).flatMap((choice) => {
    const spec = chosen(choice, all);
    return keysOf(choice).filter((key) => !ownersOf(choice, key).includes(spec));
  });
  const kept = Object.entries(settings).filter(([key]) => !without.includes(key));
  return Object.fromEntries(kept) as TrainSettings;
}

/** Says what is wrong between settings that belong to no model, optimizer or schedule. */
function contradictionBetween(settings: TrainSettings): string | undefined {
  const { epochs = 10, lrWarmupEpochs = 0 } = settings;
  if (lrWarmupEpochs >= epochs && lrWarmupEpochs > 0) {
    return `--lr-warmup-epochs ${lrWarmupEpochs} must be below --epochs ${epochs}`;
  }
  const { lr, lrMinimum } = settings;
  if (Number(lrMinimum ?? 0) > Number(lr ?? Infinity)) {
    return `--lr-minimum ${lrMinimum} is above --lr ${lr}`;
  }
  if (settings.hflip && settings.alternatingFlip) {
    return "--alternating-flip flips by itself: leave out --hflip, or turn it off with --no-hflip";
  }
  const schedule = schedules.find(({ name }) => name === settings.lrScheduler);
  if (lrWarmupEpochs > 0 && schedule?.ownRise) {
    return `--lr-warmup-epochs is not for ${schedule.name}, which has a rise of its own`;
  }
  const { lookaheadSteps = 0, lookaheadShare } = settings;
  if (lookaheadShare !== undefined && lookaheadSteps === 0) {
    return "--lookahead-share needs --lookahead-steps above 0";
  }
  const { shards = 1, batchSize = 32 } = settings;
  if (shards > 1 && batchSize < 2 * shards) {
    return `--shards ${shards} needs --batch-size ${2 * shards} or more: a shard has two images`;
  }
  return withoutValidation(settings, dataSets);
}

/** Says what validation images are missing for, where one of these sets would have none left. */
export function withoutValidation(
  { trainSize, ...settings }: TrainSettings,
  sets: readonly Pick<DataSet, "trainCount">[],
): string | undefined {
  const leavesNone = sets.some((set) => set.trainCount === trainSize);
  const schedule = schedules.find(({ name }) => name === settings.lrScheduler);
  const judge = schedule?.needsValidation
    ? `lr-scheduler ${schedule.name}`
    : settings.earlyStopping
    ? "early-stopping"
    : settings.bestBy && "best-by";
  if (leavesNone && judge) {
    return `--${judge} needs validation images, which --train-size ${trainSize} leaves none of`;
  }
}

/** `linear, nonlinear or cnn` */
export const listed = (names: readonly string[]): string =>
  names.join(", ").replace(/, ([^,]*)$/, " or $1");
