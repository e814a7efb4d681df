import { z } from "zod";
import { models } from "../models/mod.ts";
import { cosine, optimizers, schedules, sgd } from "../nn/mod.ts";
import { type AnySpec, defaultOf, named, namesOf, schemasOf, type Spec } from "../settings/mod.ts";

/** One of several specs that a config names, with settings of its own beside the name. */
export interface Choice {
  /** The config's key with the name. */
  readonly key: "model" | "opt" | "lrScheduler";
  /** What the keys of its settings begin with. */
  readonly prefix: string;
  readonly specs: readonly AnySpec[];
  /** The name of the spec that is taken where a config names no spec. */
  readonly standard?: string;
  /** What stands for a spec that is the user's own, if settings name such a one. */
  readonly own?: (
    settings: { readonly model?: string; readonly modelFiles?: unknown },
  ) => AnySpec | undefined;
}

/** A user's model in a config: its settings stand apart, under `modelSettings`. */
const ownModel: Choice["own"] = ({ model = "", modelFiles }) =>
  modelFiles === undefined ? undefined : { name: model, settings: {} };

/** What a config chooses by name. */
export const choices = {
  model: { key: "model", prefix: "", specs: models, own: ownModel },
  opt: { key: "opt", prefix: "", specs: optimizers, standard: sgd.name },
  lrScheduler: { key: "lrScheduler", prefix: "lr", specs: schedules, standard: cosine.name },
} as const satisfies Record<string, Choice>;

type Intersection<Union> = (Union extends unknown ? (one: Union) => void : never) extends
  (one: infer All) => void ? All : never;
type SettingsOf<One> = One extends Spec<infer Settings> ? Settings : never;
type Prefixed<Settings, Prefix extends string> = Prefix extends "" ? Settings
  : { readonly [Key in keyof Settings & string as `${Prefix}${Capitalize<Key>}`]: Settings[Key] };
type ChosenSettings<One extends Choice> = Prefixed<
  Intersection<SettingsOf<One["specs"][number]>>,
  One["prefix"]
>;
type OptionalShape<Settings> = {
  readonly [Key in keyof Settings]-?: z.ZodOptional<z.ZodType<Exclude<Settings[Key], undefined>>>;
};

/** A setting as a config's key: `gamma` of a schedule is `lrGamma`. */
export const keyOf = ({ prefix }: Choice, setting: string): string =>
  prefix === "" ? setting : prefix + setting[0].toUpperCase() + setting.slice(1);

/** The spec that settings name, or the standard one. */
export function chosen(choice: Choice, settings: object): AnySpec {
  const { [choice.key]: name = choice.standard }: { [key in Choice["key"]]?: string } = settings;
  return choice.own?.(settings) ?? named(choice.key, choice.specs, name ?? "");
}

/** The keys of all its specs' settings, in the order of the specs. */
export function keysOf(choice: Choice): string[] {
  const settings = choice.specs.flatMap((spec) => Object.keys(spec.settings));
  return [...new Set(settings)].map((setting) => keyOf(choice, setting));
}

/** The specs that have a setting. */
export const ownersOf = (choice: Choice, key: string): AnySpec[] =>
  choice.specs.filter((spec) =>
    Object.keys(spec.settings).some((setting) => keyOf(choice, setting) === key)
  );

/** The settings of all its specs as parts of a config, where each is absent without a meaning. */
export function shapeOf<One extends Choice>(choice: One): OptionalShape<ChosenSettings<One>> {
  const settings = choice.specs.flatMap((spec) => Object.keys(schemasOf(spec)));
  const shape = Object.fromEntries([...new Set(settings)].map((setting) => {
    const plain = commonSchema(choice, setting);
    return [keyOf(choice, setting), z.optional(plain).describe(describe(choice, setting))];
  }));
  return Object.fromEntries(keysOf(choice).map((key) => [key, shape[key]])) as OptionalShape<
    ChosenSettings<One>
  >;
}

/** What a setting has to be for all its specs; what it has to be for one of them, that one checks. */
function commonSchema(choice: Choice, setting: string): z.ZodType {
  const schemas = ownersOf(choice, keyOf(choice, setting)).map((spec) => {
    const schema = schemasOf(spec)[setting];
    return schema instanceof z.ZodDefault ? schema.unwrap() as z.ZodType : schema;
  });
  const described = schemas.map((schema) => {
    const { description: _, ...rest } = z.toJSONSchema(schema, { io: "input" });
    return rest;
  });
  if (new Set(described.map((one) => JSON.stringify(one))).size === 1) return schemas[0];
  return described.every(({ type }) => type === "integer") ? z.int() : z.number();
}

/** `learning rate: sgd [0.1; cnn 0.02], adam, adamw [0.001]` */
function describe(choice: Choice, setting: string): string {
  const owners = ownersOf(choice, keyOf(choice, setting));
  const texts = Map.groupBy(owners, (spec) => {
    return z.toJSONSchema(schemasOf(spec)[setting], { io: "input" }).description ?? "";
  });
  return [...texts].map(([text, same]) => {
    const values = Map.groupBy(same, (spec) => defaultText(choice, spec, setting));
    const lists = [...values].map(([value, specs]) => `${namesOf(specs).join(", ")} [${value}]`);
    return `${text}: ${lists.join(", ")}`;
  }).join("; ");
}

/** The default of a setting, and what models have instead. */
function defaultText(choice: Choice, spec: AnySpec, setting: string): string {
  const key = keyOf(choice, setting);
  const usual = defaultOf(schemasOf(spec)[setting]);
  const others = Map.groupBy<unknown, typeof models[number]>(
    models.filter(({ defaults = {} }) => key in defaults && chosen(choice, defaults) === spec),
    ({ defaults = {} }) => defaults[key],
  );
  if (others.has(usual)) others.delete(usual);
  const texts = [...others].map(([value, specs]) => `${namesOf(specs).join(", ")} ${value}`);
  return [usual, ...texts].join("; ");
}
