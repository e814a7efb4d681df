import { completeConfig, meaningful, type TrainConfig, type TrainSettings } from "../config/mod.ts";
import { loadTraining, type TrainingData } from "../data/mod.ts";
import type { ModelModule } from "../models/mod.ts";
import type { Point } from "../study/mod.ts";
import { builtIn } from "../train/mod.ts";
import { refuseForImages, withFigures } from "./image_settings.ts";
import { checkedSettings, refuseForData, splitFlags } from "./train_command.ts";

/** What makes the config of a point: the settings that all have, and those of the point. */
export function configurer(
  base: Omit<TrainSettings, "model">,
  modules: ReadonlyMap<string, ModelModule>,
  data: TrainingData,
  options: { readonly data: string; readonly imageSize?: number; readonly dataDir?: string },
) {
  const sets = new Map<number | undefined, TrainingData>();
  return async (point: Point, seed: number): Promise<TrainConfig> => {
    const own = [...modules.values()].find(({ model }) => model.name === point.model);
    const values = Object.entries(point.values).map(([name, value]) => {
      const start = `${point.model}.`;
      return [name.startsWith(start) ? name.slice(start.length) : name, value] as const;
    });
    const all = { ...base, ...Object.fromEntries(values), model: point.model, seed };
    const { settings: divided } = splitFlags(all as Parameters<typeof splitFlags>[0], own);
    const given = checkedSettings(meaningful(divided as TrainSettings, own?.model), own?.model);
    const { trainSize, normalize } = given;
    const images = normalize !== "train" || trainSize === base.trainSize
      ? data
      : sets.get(trainSize) ?? await loadTraining({ ...options, trainSize });
    sets.set(trainSize, images);
    const config = completeConfig(withFigures(given, images.train), data.source, own?.model);
    const model = own?.model ?? builtIn(config);
    refuseForData(config, given, model);
    refuseForImages(config, model, images.train);
    return config;
  };
}
