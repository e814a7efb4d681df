import { z } from "zod";
import { batchNorm1d, dropout, flatten, linear, relu, sequential } from "../nn/mod.ts";
import { model, type ModelSpec } from "./model.ts";

/** Settings of the deep multilayer perceptron. */
export interface DeepMlpOptions {
  /** Features of the first hidden layer, 512 by default. */
  readonly hidden?: number;
  /** Hidden layers, each half as wide as the one before it; 2 by default. */
  readonly depth?: number;
  /** Share of the hidden features that a training step leaves out, 0.2 by default. */
  readonly dropout?: number;
}

/** A multilayer perceptron with batch normalisation and dropout after each hidden layer. */
export const deepMlp: ModelSpec<DeepMlpOptions> = model({
  name: "deep-mlp",
  title: "layers, batch norm and dropout",
  settings: {
    hidden: z.int().min(1).max(65536).default(512).describe("hidden features"),
    depth: z.int().min(1).max(16).default(2).describe("hidden layers, each half as wide"),
    dropout: z.number().min(0).lt(1).default(0.2).describe("share of features left out"),
  },
  defaults: { opt: "adamw", lr: 0.001 },
  build: (settings, { channels, height, width, classes }) => {
    const { hidden, depth } = settings;
    const widths = Array.from({ length: depth }, (_, i) => Math.max(1, hidden >> i));
    const inputs = [channels * height * width, ...widths];
    return sequential(
      flatten,
      ...widths.flatMap((outputs, i) => [
        linear(inputs[i], outputs, { bias: false }), // the normalisation's own takes its place
        batchNorm1d(outputs),
        relu,
        dropout(settings.dropout),
      ]),
      linear(widths.at(-1)!, classes),
    );
  },
  settingsOf: (shapes) => ({ hidden: shapes("1.weight")?.[0] }),
});
