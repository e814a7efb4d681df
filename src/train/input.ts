import { figuresOfText, type TrainConfig } from "../config/mod.ts";
import { type Layer, mirrored, standardized } from "../nn/mod.ts";

/** What a config has done to a model's images before its first layer, around the model. */
export function withInput(
  model: Layer,
  { normalize, tta }: Pick<TrainConfig, "normalize" | "tta">,
): Layer {
  const figures = figuresOfText(normalize);
  const standard = figures ? standardized(model, figures) : model;
  return tta === "mirror" ? mirrored(standard) : standard;
}
