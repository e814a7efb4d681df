import { flatten, linear as linearLayer, sequential } from "../nn/mod.ts";
import { model, type ModelSpec } from "./model.ts";

/** Multinomial logistic regression: pixels to class scores, by one linear layer. */
export const linear: ModelSpec = model({
  name: "linear",
  title: "logistic regression",
  settings: {},
  build: (_settings, { channels, height, width, classes }) =>
    sequential(flatten, linearLayer(channels * height * width, classes)),
});
