import { z } from "zod";
import { Command, flagName } from "../cli/mod.ts";
import { choices, configSchema, keysOf, trainFlagsSchema } from "../config/mod.ts";
import { UserError } from "../errors.ts";
import {
  type AnyModel,
  importModel,
  isModulePath,
  type ModelModule,
  models,
} from "../models/mod.ts";
import { program } from "../program.ts";
import { aliasesOf, explain, schemasOf } from "../settings/mod.ts";

const options = { alias: { b: "batch-size", wd: "weight-decay" }, values: aliasesOf(models) };

/** The command line of `train` with one of wick's own models. */
export const trainFlags = new Command(trainFlagsSchema, {
  usage: `${program} train --model NAME [flags]
${program} train --model ./MY_MODEL.ts [flags], and with --help the flags of that model
${program} train --resume RUN_FOLDER`,
  ...options,
});

/** A command line of `train`, and the module that it names. */
export interface TrainArguments {
  readonly command: Command<z.ZodRawShape> | typeof trainFlags;
  readonly own?: ModelModule;
}

/** The flags that these arguments may have: those of the model that they name. */
export async function trainArguments(args: readonly string[]): Promise<TrainArguments> {
  const [name] = args.flatMap((arg, i) =>
    arg === "--model" ? args[i + 1] ?? [] : arg.startsWith("--model=") ? arg.slice(8) : []
  );
  if (name !== undefined && isModulePath(name)) {
    const own = await importModel(name);
    refuseTakenNames(own);
    return { command: commandOf(name, own.model), own };
  }
  const model = models.find((one) => one.name === name || one.aliases?.includes(name ?? ""));
  const asksForHelp = args.some((arg) => arg === "--help" || arg === "-h");
  return { command: model && asksForHelp ? commandOf(model.name, model) : trainFlags };
}

/** The flags that no model brings. */
const sharedFlags = trainFlagsSchema.omit(
  Object.fromEntries(keysOf(choices.model).map((key) => [key, true])) as Record<never, true>,
).shape;

/** Throws where a user's model is in the way of what there is. */
function refuseTakenNames({ path, model: { name, settings, defaults = {} } }: ModelModule): void {
  if (models.some((one) => one.name === name || one.aliases?.includes(name))) {
    throw new UserError(`${path} calls its model "${name}", as one of wick's own is: rename it`);
  }
  const taken = Object.keys(settings).find((key) => key in sharedFlags);
  if (taken !== undefined) {
    throw new UserError(`${path} has a setting "${taken}", which every model has: rename it`);
  }
  const checked = configSchema.partial().safeParse(defaults);
  if (checked.success) return;
  const spell = (key: string) => `the default "${key}"`;
  throw new UserError(`${path}: ${explain(checked.error, defaults, spell)}`);
}

/** The command line of `train` with the settings of one model. */
function commandOf(shown: string, model: AnyModel): Command<z.ZodRawShape> {
  const { name, title, defaults = {} } = model;
  const said = Object.entries(defaults).map(([key, value]) => `--${flagName(key)} ${value}`);
  const usage = [
    `${program} train --model ${shown} [flags]`,
    `${name}: ${title}`,
    ...(said.length === 0 ? [] : [`Its defaults: ${said.join(" ")}`]),
  ].join("\n");
  const { model: modelFlag, ...rest } = sharedFlags;
  const schema = z.strictObject({ model: modelFlag, ...schemasOf(model), ...rest });
  return new Command(schema as z.ZodObject<z.ZodRawShape>, { usage, ...options });
}
