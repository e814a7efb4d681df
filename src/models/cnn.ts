import { z } from "zod";
import { conv2d, flatten, linear, maxPool2d, relu, sequential } from "../nn/mod.ts";
import { halved } from "./halved.ts";
import { model, type ModelSpec } from "./model.ts";

/** Settings of the convolutional model. */
export interface CnnOptions {
  /** Channels of every convolution, 10 by default. */
  readonly hidden?: number;
}

/**
 * TinyVGG (Wang et al., CNN Explainer, arXiv 2004.15004): two blocks of two 3 x 3 convolutions and
 * a 2 x 2 max-pooling, then one linear layer.
 */
export const cnn: ModelSpec<CnnOptions> = model({
  name: "cnn",
  title: "TinyVGG",
  settings: { hidden: z.int().min(1).max(65536).default(10).describe("hidden channels") },
  defaults: { opt: "sgd", lr: 0.02, momentum: 0.9 },
  build: ({ hidden }, { channels, height, width, classes }) =>
    sequential(
      conv2d(channels, hidden, { kernel: 3, padding: 1 }),
      relu,
      conv2d(hidden, hidden, { kernel: 3, padding: 1 }),
      relu,
      maxPool2d(2),
      conv2d(hidden, hidden, { kernel: 3, padding: 1 }),
      relu,
      conv2d(hidden, hidden, { kernel: 3, padding: 1 }),
      relu,
      maxPool2d(2),
      flatten,
      linear(hidden * halved(height, 2) * halved(width, 2), classes),
    ),
  settingsOf: (shapes) => ({ hidden: shapes("0.weight")?.[0] }),
});
