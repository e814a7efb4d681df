import { recordKey } from "../config/mod.ts";
import type { Domain, Value } from "./domain.ts";

/** A setting that a study varies. */
export interface Parameter {
  /** Its name in the study: its key, or `cnn.hidden` where it is varied for one model alone. */
  readonly name: string;
  /** The setting's key in a config. */
  readonly key: string;
  readonly domain: Domain;
  /** The models that have it; all where it is absent. */
  readonly models?: readonly string[];
}

/** What a study varies. */
export interface Space {
  /** The models by name. */
  readonly models: readonly string[];
  readonly parameters: readonly Parameter[];
}

/** The values of one trial: of its model, and of each parameter that has a meaning for it. */
export interface Point {
  readonly model: string;
  readonly values: Readonly<Record<string, Value>>;
}

/** The name by which a study knows the choice of the model. */
export const modelParameter = "model";

/** The parameters that a model has. */
export const parametersOf = ({ parameters }: Space, model: string): Parameter[] =>
  parameters.filter(({ models }) => models?.includes(model) ?? true);

/** The choice of the model, where there is one, and then all other parameters. */
export const allParameters = ({ models, parameters }: Space): Parameter[] => [
  ...(models.length > 1
    ? [{
      name: modelParameter,
      key: "model",
      domain: { kind: "choice", values: models } as const,
    }]
    : []),
  ...parameters,
];

/** What a point has for a parameter; undefined where the parameter has no meaning for it. */
export const valueIn = ({ model, values }: Point, { name }: Pick<Parameter, "name">) =>
  name === modelParameter ? model : values[name];

/** A parameter's name as files and people have it: `cnn.batch_size`. */
export const shownParameter = (name: string): string => name.replace(/[^.]*$/, recordKey);

/** A point as people are shown it. */
export const pointRecord = ({ model, values }: Point): Readonly<Record<string, Value>> => ({
  model,
  ...Object.fromEntries(
    Object.entries(values).map(([name, value]) => [shownParameter(name), value]),
  ),
});
