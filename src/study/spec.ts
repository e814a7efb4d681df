import { z } from "zod";
import { configSchema } from "../config/mod.ts";
import { UsageError } from "../errors.ts";
import { type AnyModel, type ModelModule, models } from "../models/mod.ts";
import {
  type AnySpec,
  explain,
  guessOf,
  named,
  namesOf,
  problem,
  schemasOf,
  withName,
} from "../settings/mod.ts";
import type { Domain, Value } from "./domain.ts";
import { pruners } from "./pruners/mod.ts";
import { domainOf, type Given, type GivenChoice, type StudyRequest } from "./request.ts";
import { combinationCount, gridValues, samplers } from "./samplers/mod.ts";
import { type Parameter, parametersOf, type Space } from "./space.ts";

/** A sampler or a pruner as a study records it. */
export interface Chosen {
  readonly name: string;
  readonly settings: Readonly<Record<string, unknown>>;
}

/** All that decides a study, beside the data: its trials are a function of it and of their figures. */
export interface StudySpec {
  readonly sampler: Chosen;
  readonly pruner: Chosen;
  /** The most trials; a grid may have fewer. */
  readonly trials: number;
  /** The trials that are decided on together. */
  readonly round: number;
  readonly seeds: readonly number[];
  readonly samplerSeed: number;
  readonly space: Space;
  /** The digests of the files of models of one's own, by the models' names. */
  readonly modules: Readonly<Record<string, ModelModule["digests"]>>;
}

/** The most trials of a study. */
export const mostTrials = 10_000;

/** Keys of a config that a study has a place of its own for, or chooses by. */
const apart: Readonly<Record<string, string>> = {
  model: "models stand under the key model, or behind --model",
  modelFiles: "they follow from the model",
  modelSettings: "write the settings of a model of one's own as they are",
  data: "all trials have the same data, which stand under the key data, or behind --data",
  seed: "the seeds of each trial stand under the key seeds, or behind --seeds",
  bestBy: "it is what the trials are compared by, so that it cannot be varied",
};

/**
 * The spec of what is asked for. `modules` are the models of one's own by their paths. Throws a
 * UsageError that names the place where something is wrong.
 */
export function specOf(
  request: StudyRequest,
  modules: ReadonlyMap<string, ModelModule>,
): StudySpec {
  if (request.models.length === 0) {
    throw new UsageError(`--model is missing: ${namesOf(models).join(", ")}, or a module`);
  }
  const found = request.models.map(({ name, place }) => {
    const model = modules.get(name)?.model ?? withName<AnyModel>(models, name);
    if (model === undefined) {
      const known = namesOf(models);
      const guess = guessOf(name, known);
      throw new UsageError(`${place}: "${name}": there are ${known.join(", ")}${guess}`);
    }
    return { id: model.name, model };
  });
  const ids = found.map(({ id }) => id);
  const twice = ids.find((id, i) => ids.indexOf(id) < i);
  if (twice !== undefined) throw new UsageError(`The model ${twice} is named twice`);
  const own = request.models.flatMap(({ given }, i) =>
    given.map((one) => {
      const parameter = parameterOf(one, [found[i]]);
      return { ...parameter, name: `${ids[i]}.${parameter.key}`, models: [ids[i]] };
    })
  );
  // A model's own settings stand before what is said for all.
  const shared = request.given.map((given) => {
    const parameter = parameterOf(given, found);
    const taken = own.filter(({ key }) => key === parameter.key).flatMap(({ models }) => models);
    const rest = (parameter.models ?? ids).filter((id) => !taken.includes(id));
    return taken.length === 0 ? parameter : { ...parameter, models: rest };
  });
  const parameters = [...shared, ...own];
  for (const [i, { name, place }] of parameters.entries()) {
    const twice = parameters.findIndex((other) => other.name === name) < i;
    if (twice) throw new UsageError(`${place} is given twice`);
  }
  const space = { models: ids, parameters: parameters.map(({ place: _, ...rest }) => rest) };
  const sampler = choiceOf("sampler", samplers, request.sampler ?? standard("grid"));
  return {
    sampler,
    pruner: choiceOf("pruner", pruners, request.pruner ?? standard("none")),
    trials: trialsOf(request, sampler, space, parameters),
    round: request.round ?? 8,
    seeds: [...new Set(request.seeds ?? [])],
    samplerSeed: request.samplerSeed ?? 0,
    space,
    modules: Object.fromEntries(
      [...modules.values()].map(({ model: { name }, digests }) => [name, digests]),
    ),
  };
}

const standard = (name: string): GivenChoice => ({ name, settings: {}, place: name });

interface Placed extends Parameter {
  readonly place: string;
}

interface Found {
  readonly id: string;
  readonly model: AnyModel;
}

/** The parameter of a setting that is given to these models: those that have it. */
function parameterOf(given: Given, found: readonly Found[]): Placed {
  const key = camelCase(given.key);
  const { place } = given;
  const own = found.filter(({ model }) => key in model.settings);
  const ofModels = models.some(({ settings }) => key in settings);
  const shared = (configSchema.shape as Readonly<Record<string, z.ZodType>>)[key];
  if (key in apart) throw new UsageError(`${place} is no setting to vary: ${apart[key]}`);
  const schemas = own.length > 0
    ? own.map(({ model }) => schemasOf(model)[key])
    : shared === undefined
    ? []
    : [shared];
  if (schemas.length === 0) {
    const known = [
      ...Object.keys(configSchema.shape).filter((name) => !(name in apart)),
      ...found.flatMap(({ model }) => Object.keys(model.settings)),
    ];
    throw new UsageError(`${place}: there is no such setting${guessOf(key, known)}`);
  }
  if (ofModels && own.length === 0) {
    throw new UsageError(`${place}: no model of this study has such a setting`);
  }
  const domain = domainOf(given, schemas.every(isWhole));
  for (const schema of schemas) checkDomain(domain, schema, place);
  return {
    name: key,
    key,
    domain,
    place,
    ...(own.length > 0 && own.length < found.length && { models: own.map(({ id }) => id) }),
  };
}

const isWhole = (schema: z.ZodType): boolean =>
  z.toJSONSchema(schema, { io: "input" }).type === "integer";

function checkDomain(domain: Domain, schema: z.ZodType, place: string): void {
  const values: readonly Value[] = domain.kind === "choice"
    ? domain.values
    : [domain.low, domain.high];
  for (const value of values) {
    const result = schema.safeParse(value);
    if (result.success) continue;
    const issues = result.error.issues.map((issue) => ({ ...issue, path: ["it"] }));
    const said = explain({ issues } as z.ZodError, { it: value }, () => "it");
    throw new UsageError(`${place}: ${said}`);
  }
}

function choiceOf(
  what: string,
  all: readonly AnySpec[],
  { name, settings: given, place }: GivenChoice,
): Chosen {
  const settings = Object.fromEntries(
    Object.entries(given).map(([key, value]) => [camelCase(key), value]),
  );
  try {
    const spec = named(what, all, name);
    const wrong = problem(spec, settings);
    if (wrong !== undefined) throw new RangeError(wrong);
    return { name: spec.name, settings: z.object(schemasOf(spec)).parse(settings) };
  } catch (error) {
    if (error instanceof RangeError) throw new UsageError(`${place}: ${error.message}`);
    throw error;
  }
}

function trialsOf(
  { trials, sampler: given }: StudyRequest,
  { name }: Chosen,
  space: Space,
  parameters: readonly Placed[],
): number {
  if (name !== "grid") {
    if (trials === undefined) throw new UsageError(`${given?.place}: trials is missing: how many?`);
    if (trials > mostTrials) throw new UsageError(`A study has at most ${mostTrials} trials`);
    return trials;
  }
  const endless = parameters.find(({ domain }) => gridValues(domain) === undefined);
  if (endless !== undefined) {
    throw new UsageError(
      `${endless.place}: a grid needs a list of values or whole numbers as in 8..64, not a range`,
    );
  }
  const count = space.models.reduce(
    (sum, model) => sum + combinationCount(parametersOf(space, model)),
    0,
  );
  if (count > mostTrials) throw new UsageError(`A study has at most ${mostTrials} trials`);
  return Math.min(count, trials ?? count);
}

/** `batch_size` and `batch-size` as a config's key: `batchSize`. */
export const camelCase = (name: string): string =>
  name.replace(/[-_]([a-z])/g, (_, letter: string) => letter.toUpperCase());
