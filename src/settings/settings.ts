import { z } from "zod";
import { explain, type Spell } from "./explain.ts";
import { guessOf } from "./nearest.ts";

/** A schema of the library zod, as far as its types go: every `z.ZodType<Value, Input>` is one. */
export interface SettingSchema<Value, Input> {
  /** Where zod keeps the types. */
  readonly _zod: { readonly output: Value; readonly input: Input };
}

/** A zod schema of each setting, with its description and its default. */
export type Schemas<Settings> = {
  readonly [Key in keyof Settings]-?: SettingSchema<
    Exclude<Settings[Key], undefined>,
    Settings[Key]
  >;
};

/** For a spec without settings. */
export type NoSettings = Record<never, never>;

/** Settings with their defaults filled in. */
export type Complete<Settings> = {
  readonly [Key in keyof Settings]-?: Exclude<Settings[Key], undefined>;
};

/** Something with settings of its own that is chosen by name: a model, an optimizer, a schedule. */
export interface Spec<Settings extends object> {
  /** What it is chosen by, `sgd`. */
  readonly name: string;
  /** Other names of it. */
  readonly aliases?: readonly string[];
  /** What can be set. */
  readonly settings: Schemas<Settings>;
  /**
   * Settings that came when runs had already been recorded without them: a config states these only
   * where they differ from their default, so that its text stays what it was.
   */
  readonly later?: readonly (keyof Settings & string)[];
  /** One sentence on settings that are each right, but not together; undefined if nothing is wrong. */
  check?(settings: Complete<Settings>, spell: Spell): string | undefined;
}

/** A spec whose settings the types do not know. */
export type AnySpec = Omit<Spec<object>, "settings" | "later"> & {
  readonly settings: Readonly<Record<string, SettingSchema<unknown, unknown>>>;
  readonly later?: readonly string[];
};

/** The schemas of a spec, as zod has them. */
export const schemasOf = ({ settings }: Pick<AnySpec, "settings">): Record<string, z.ZodType> =>
  settings as Record<string, z.ZodType>;

/** The schemas of specs' settings together: zod compiles one when it is first used. */
const compiled = new WeakMap<object, z.ZodObject>();

function schemaOf(spec: Pick<AnySpec, "settings">): z.ZodObject {
  const { settings } = spec;
  const schema = compiled.get(settings) ?? z.strictObject(schemasOf(spec));
  compiled.set(settings, schema);
  return schema;
}

/** One sentence on the first setting that is unknown, out of range or at odds with another. */
export function problem(
  spec: AnySpec,
  given: object,
  spell: Spell = (key) => key,
): string | undefined {
  const result = schemaOf(spec).safeParse(given);
  if (result.success) return spec.check?.(result.data, spell);
  return explain(result.error, { ...given }, spell, Object.keys(spec.settings));
}

/** The settings with their defaults; throws RangeError with one sentence where they are wrong. */
export function complete<Settings extends object>(
  spec: Spec<Settings>,
  given: object,
): Complete<Settings> {
  const wrong = problem(spec, given);
  if (wrong !== undefined) throw new RangeError(`${spec.name}: ${wrong}`);
  return schemaOf(spec).parse(given) as Complete<Settings>;
}

/** The default of a setting, or undefined. */
export const defaultOf = (schema: z.ZodType): unknown => schema.safeParse(undefined).data;

/** What has this name or alias; undefined if nothing has. */
export const withName = <Kind extends Pick<AnySpec, "name" | "aliases">>(
  all: readonly Kind[],
  name: string,
): Kind | undefined => all.find((one) => one.name === name || one.aliases?.includes(name));

/** What has this name or alias; throws a RangeError that names what there is. */
export function named<Kind extends Pick<AnySpec, "name" | "aliases">>(
  what: string,
  all: readonly Kind[],
  name: string,
): Kind {
  const found = withName(all, name);
  if (found !== undefined) return found;
  const known = [...namesOf(all), ...Object.keys(aliasesOf(all))];
  throw new RangeError(
    `Unknown ${what} ${JSON.stringify(name)}: there are ${known.join(", ")}${guessOf(name, known)}`,
  );
}

/** The names of all. */
export const namesOf = (all: readonly Pick<AnySpec, "name">[]): string[] =>
  all.map(({ name }) => name);

/** The name that each alias stands for, `{ mlp: "nonlinear" }`. */
export const aliasesOf = (
  all: readonly Pick<AnySpec, "name" | "aliases">[],
): Record<string, string> =>
  Object.fromEntries(
    all.flatMap(({ name, aliases = [] }) => aliases.map((alias) => [alias, name])),
  );

/** A function that carries a spec: it can be called, read and chosen by name. */
export function callable<Make extends (...given: never[]) => unknown, Carried extends AnySpec>(
  make: Make,
  { name, ...described }: Carried,
): Make & Carried {
  Object.defineProperty(make, "name", { value: name });
  return Object.assign(make, described) as unknown as Make & Carried;
}
