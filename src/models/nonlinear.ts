import { z } from "zod";
import { flatten, linear, relu, sequential } from "../nn/mod.ts";
import { model, type ModelSpec } from "./model.ts";

/** Settings of the nonlinear model. */
export interface NonlinearOptions {
  /** Width of the hidden layer, 128 by default. */
  readonly hidden?: number;
}

/** A multilayer perceptron with one hidden layer of rectified units. */
export const nonlinear: ModelSpec<NonlinearOptions> = model({
  name: "nonlinear",
  aliases: ["mlp"],
  title: "one hidden layer",
  settings: { hidden: z.int().min(1).max(65536).default(128).describe("hidden features") },
  build: ({ hidden }, { channels, height, width, classes }) =>
    sequential(flatten, linear(channels * height * width, hidden), relu, linear(hidden, classes)),
  settingsOf: (shapes) => ({ hidden: shapes("1.weight")?.[0] }),
});
