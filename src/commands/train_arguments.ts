import { z } from "zod";
import { Command, flagName } from "../cli/mod.ts";
import { choices, configSchema, contradiction, keysOf, trainFlagsSchema } from "../config/mod.ts";
import { UserError } from "../errors.ts";
import {
  type AnyModel,
  importModel,
  isModulePath,
  type ModelModule,
  models,
} from "../models/mod.ts";
import { isFolder, mainCopy, modelIn, readRun } from "../run/mod.ts";
import { program, selfContained } from "../program.ts";
import { aliasesOf, explain, schemasOf, withName } from "../settings/mod.ts";

const options = { alias: { b: "batch-size", wd: "weight-decay" }, values: aliasesOf(models) };

/** What ends a run well: the end of each usage. */
const signals = `
Control-C, SIGTERM and a terminal that hangs up save the run.${
  selfContained ? "" : ` In containers and under \
supervisors start deno task itself, without npx: that dies of SIGTERM and leaves the run behind.`
}`;

/** The command line of `train` with one of wick's own models. */
export const trainFlags = new Command(trainFlagsSchema, {
  usage: `${program} train --model NAME [flags]
${program} train --model ./MY_MODEL.ts [flags], and with --help the flags of that model
${program} train --recipe NAME [flags]; ${program} recipes lists them
${program} train --resume RUN_FOLDER
${signals}`,
  ...options,
});

/** A command line of `train`, and the module that it names. */
export interface TrainArguments {
  readonly command: Command<z.ZodRawShape> | typeof trainFlags;
  readonly own?: ModelModule;
}

/** The flags that these arguments may have: those of the model that they, or the run to resume, name. */
export async function trainArguments(args: readonly string[]): Promise<TrainArguments> {
  const [own] = (await modulesIn(args)).values();
  if (own !== undefined) return { command: commandOf(own.path, own.model), own };
  const [name] = modelsIn(args);
  const model = withName<AnyModel>(models, name ?? "");
  const asksForHelp = args.some((arg) => arg === "--help" || arg === "-h");
  const [resumed] = valuesOf("resume", args);
  if (name === undefined && resumed !== undefined && !asksForHelp && isFolder(resumed)) {
    const { folder, config } = readRun(resumed);
    const { modelFiles } = config;
    if (modelFiles !== undefined) {
      return { command: commandOf(mainCopy(folder, modelFiles), await modelIn(folder, config)) };
    }
  }
  return { command: model && asksForHelp ? commandOf(model.name, model) : trainFlags };
}

/** The names and paths that `--model` is given, several of them in a sweep. */
const modelsIn = (args: readonly string[]): string[] =>
  valuesOf("model", args).flatMap((value) => value.split(","));

/** The values that a flag is given. */
const valuesOf = (name: string, args: readonly string[]): string[] =>
  args.flatMap((arg, i) =>
    arg === `--${name}`
      ? args[i + 1] ?? []
      : arg.startsWith(`--${name}=`)
      ? arg.slice(name.length + 3)
      : []
  );

/** The modules that the arguments name as models, by their paths. */
export async function modulesIn(args: readonly string[]): Promise<Map<string, ModelModule>> {
  const modules = new Map<string, ModelModule>();
  for (const path of modelsIn(args).filter(isModulePath)) {
    const own = await importModel(path);
    refuseTakenNames(own);
    modules.set(path, own);
  }
  return modules;
}

/** The command of a sweep's line whose model is a module's; `more` are flags beside those of train. */
export function moduleCommand(
  modules: ReadonlyMap<string, ModelModule>,
  line: readonly string[],
  more: z.ZodRawShape,
): { readonly command: Command<z.ZodRawShape>; readonly own: ModelModule } | undefined {
  const [own] = modelsIn(line).flatMap((name) => modules.get(name) ?? []);
  const taken = Object.keys(own?.model.settings ?? {}).find((key) => key in more);
  if (taken !== undefined) {
    throw new UserError(`${own.path} has a setting "${taken}", which a study has: rename it`);
  }
  return own && { command: commandOf(own.path, own.model, more), own };
}

/** The flags that no model brings. */
const sharedFlags = trainFlagsSchema.omit(
  Object.fromEntries(keysOf(choices.model).map((key) => [key, true])) as Record<never, true>,
).shape;

/** Whether a flag of that name is short for another one. */
const isShort = (key: string): boolean =>
  ["help", "h"].includes(key) || Object.hasOwn(options.alias, key);

/** `norm` of `noNorm`, whose flag is what turns `--norm` off; nothing of a name that does not begin so. */
const positive = (key: string): string =>
  key.replace(/^no([A-Z])|.*/, (_, letter = "") => letter.toLowerCase());

/** Throws where a user's model is in the way of what there is. */
function refuseTakenNames({ path, model, digests: modelFiles }: ModelModule): void {
  const { name, settings, defaults = {} } = model;
  if (withName<AnyModel>(models, name) !== undefined) {
    throw new UserError(`${path} calls its model "${name}", as one of wick's own is: rename it`);
  }
  const taken = Object.keys(settings).find((key) => key in sharedFlags || isShort(key));
  if (taken !== undefined) {
    throw new UserError(`${path} has a setting "${taken}", which every model has: rename it`);
  }
  const flags = { ...sharedFlags, ...settings };
  const negative = Object.keys(settings).find((key) => positive(key) in flags);
  if (negative !== undefined) {
    throw new UserError(
      `${path} has a setting "${negative}", whose flag turns off --${
        flagName(positive(negative))
      }: ` +
        "rename it",
    );
  }
  const checked = configSchema.partial().safeParse(defaults);
  if (!checked.success) {
    const spell = (key: string) => `the default "${key}"`;
    throw new UserError(`${path}: ${explain(checked.error, defaults, spell)}`);
  }
  const wrong = contradiction({ ...defaults, model: name, modelFiles }, model);
  if (wrong !== undefined) throw new UserError(`${path} has defaults that contradict: ${wrong}`);
}

/** The command line of `train` with the settings of one model. */
function commandOf(
  shown: string,
  model: AnyModel,
  more: z.ZodRawShape = {},
): Command<z.ZodRawShape> {
  const { name, title, defaults = {} } = model;
  const said = Object.entries(defaults).map(([key, value]) => `--${flagName(key)} ${value}`);
  const usage = [
    `${program} train --model ${shown} [flags]`,
    `${name}: ${title}`,
    ...(said.length === 0 ? [] : [`Its defaults: ${said.join(" ")}`]),
    signals,
  ].join("\n");
  const { model: modelFlag, ...others } = sharedFlags;
  const rest = Object.fromEntries(
    Object.entries<z.ZodType>(others).map(([key, flag]) => {
      const value = defaults[key];
      return [
        key,
        value === undefined ? flag : flag.default(value),
      ];
    }),
  );
  const schema = z.strictObject({ model: modelFlag, ...schemasOf(model), ...rest, ...more });
  return new Command(schema as z.ZodObject<z.ZodRawShape>, { usage, ...options });
}
