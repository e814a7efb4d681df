import { nearest } from "../cli/mod.ts";
import type { Layer } from "../nn/mod.ts";
import { cnn } from "./cnn.ts";
import { linear } from "./linear.ts";
import { nonlinear } from "./nonlinear.ts";

/** What every model can be told; a model without a hidden layer ignores `hidden`. */
export interface ModelOptions {
  readonly hidden?: number;
  readonly classes?: number;
}

/** The models by name. */
export const models = { linear, nonlinear, cnn } as const satisfies Record<
  ModelName,
  (options: ModelOptions) => Layer
>;

/** A model's name. */
export type ModelName = "linear" | "nonlinear" | "cnn";

const aliases: Readonly<Record<string, ModelName>> = { mlp: "nonlinear" };

/** The model's own name for a name or alias; throws RangeError that names the nearest right one. */
export function modelName(name: string): ModelName {
  if (isModelName(name)) return name;
  const alias = Object.hasOwn(aliases, name) ? aliases[name] : undefined;
  if (alias !== undefined) return alias;
  const known = [...Object.keys(models), ...Object.keys(aliases)];
  throw new RangeError(
    `Unknown model "${name}": did you mean "${nearest(name, known)}"? There are ${
      known.join(", ")
    }`,
  );
}

const isModelName = (name: string): name is ModelName => Object.hasOwn(models, name);

/** The definition of a model by name or alias. */
export const createModel = (name: string, options: ModelOptions = {}): Layer =>
  models[modelName(name)](options);
