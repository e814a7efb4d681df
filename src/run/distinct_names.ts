import { type TrainConfig, variedSettings } from "../config/mod.ts";

/**
 * Names that tell configs apart: the model and, where several share it, the settings in which they
 * differ by choice. Configs that are the same have the same name.
 */
export function distinctNames(configs: readonly TrainConfig[]): string[] {
  const names: string[] = [];
  for (const [model, alike] of Map.groupBy(configs.keys(), (i) => configs[i].model)) {
    variedSettings(alike.map((i) => configs[i])).forEach((varied, at) => {
      const said = Object.entries(varied).filter(([, value]) => value !== undefined);
      names[alike[at]] = [model, ...said.map(([name, value]) => `${name}=${value}`)].join(" ");
    });
  }
  return names;
}
