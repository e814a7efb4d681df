import { resolve } from "node:path";
import { fileURLToPath, pathToFileURL } from "node:url";
import { stripVTControlCharacters } from "node:util";
import { z } from "zod";
import { messageOf, UserError } from "../errors.ts";
import type { Layer, Loss, Step, Tensors, TensorSpecs } from "../nn/mod.ts";
import { guessOf } from "../settings/mod.ts";
import type { AnyModel } from "./model.ts";
import { digestsOf, importable, type ModuleFiles, moduleFiles } from "./module_files.ts";
import { sealed } from "./sealed.ts";

/** A model of a user's module, `--model ./my_model.ts`. */
export interface ModelModule {
  /** The module's path. */
  readonly path: string;
  readonly model: AnyModel;
  /** The module and the local modules that it imports. */
  readonly files: ModuleFiles;
  /** The SHA-256 of each of the files. */
  readonly digests: Readonly<Record<string, string>>;
}

/** What a user's module threw, as one sentence with its place. */
export class ModuleError extends UserError {}

/** Whether a model is named by the path of a module, and not by a name. */
export const isModulePath = (text: string): boolean => /\.[cm]?[jt]sx?$/.test(text);

/** What a model's name may be: a part of a run folder's name. */
export const isModelName = (text: string): boolean => /^[A-Za-z][\w-]{0,63}$/.test(text);

/**
 * Imports a module whose default export is a model, as `model({ ... })` makes it. Throws a UserError
 * with one sentence, and the place in the module, where that goes wrong, now or when the model runs;
 * and where a file's SHA-256 is not the expected one.
 */
export async function importModel(
  path: string,
  expected?: ModelModule["digests"],
): Promise<ModelModule> {
  const files = moduleFiles(path);
  const digests = digestsOf(files);
  for (const [name, digest] of Object.entries(expected ?? digests)) {
    if (digests[name] === digest) continue;
    if (digests[name] === undefined) {
      throw new UserError(`${path}: ${name}, with which the run was trained, is missing`);
    }
    throw new UserError(`${path}: ${name} is not the file that the run was trained with`);
  }
  const own = new OwnCode(path, files);
  const { default: exported } = await own.imported();
  const problem = problemOf(exported);
  if (problem !== undefined) throw new UserError(`${path} ${problem}`);
  return { path, files, digests, model: own.guarded(exported as AnyModel) };
}

/** What a model has: a misspelt name would be passed over. */
const modelKeys: Readonly<Record<keyof AnyModel | "build", true>> = {
  ...{ name: true, aliases: true, title: true, settings: true, later: true, defaults: true },
  ...{ check: true, build: true, loss: true, step: true, settingsOf: true, of: true },
};

/** What is wrong with a module's default export; undefined if nothing is. */
function problemOf(exported: unknown): string | undefined {
  const how = "export default model({ name, title, settings, build })";
  if (exported === undefined) return `has no default export: ${how}`;
  const { name, settings, of } = Object(exported) as Partial<AnyModel>;
  if (typeof of !== "function" || typeof settings !== "object") {
    return `exports no model by default: ${how}`;
  }
  const unknown = Object.keys(Object(exported)).find((key) => !Object.hasOwn(modelKeys, key));
  if (unknown !== undefined) {
    const guess = guessOf(unknown, Object.keys(modelKeys));
    return `has "${unknown}", which is nothing of a model${guess || `: ${how}`}`;
  }
  if (typeof name !== "string" || !isModelName(name)) {
    return `calls its model ${
      JSON.stringify(name)
    }: a name has letters, digits, - and _, and begins with a letter`;
  }
  for (const [key, schema] of Object.entries(settings)) {
    if (!(schema instanceof z.ZodType)) {
      return `has a setting "${key}" that is no schema: z.int().default(32)`;
    }
    if (!/^[a-z][A-Za-z\d]*$/.test(key)) {
      return `has a setting "${key}": a name has letters and digits, and begins with a small letter`;
    }
    const { properties } = z.toJSONSchema(z.object({ key: schema }), {
      io: "input",
      unrepresentable: "any",
    });
    const type = Object(properties?.key).type;
    if (!["string", "number", "integer", "boolean"].includes(type)) {
      return `has a setting "${key}" that is neither a number, a text nor a switch`;
    }
    if (!schema.safeParse(undefined).success) {
      return `has a setting "${key}" without a default: add .default(...)`;
    }
  }
}

/** Runs what is the user's: without chance and time from outside, and with its own place in errors. */
class OwnCode {
  readonly #url: string;

  constructor(readonly path: string, readonly files: ModuleFiles) {
    this.#url = pathToFileURL(resolve(path)).href;
  }

  async imported(): Promise<Record<string, unknown>> {
    try {
      using _sealed = sealed();
      return await import(this.#url);
    } catch (error) {
      throw this.#located(error);
    }
  }

  /** The model, each of whose functions is run with care. */
  guarded(model: AnyModel): AnyModel {
    const { name, aliases, settings, later, title, defaults } = model;
    const { loss, step, check, settingsOf } = model;
    return {
      ...{ name, aliases, settings, later, title, defaults },
      ...(settingsOf && { settingsOf: this.#wrap(settingsOf) }),
      ...(check && { check: this.#wrap(check) }),
      of: (given, format) => {
        const [layer, again] = [1, 2].map(() => this.#run(() => model.of(given, format)));
        if (JSON.stringify(layer) !== JSON.stringify(again)) {
          throw new UserError(
            `${this.path}: build gives other layers when it is called again: it keeps a state, ` +
              "which a resumed run would not have",
          );
        }
        return this.#layer(layer);
      },
      ...(loss && { loss: (given) => this.#made<Loss>("loss", () => loss(given)) }),
      ...(step && { step: (given) => this.#made<Step>("step", () => step(given)) }),
    };
  }

  /** The loss or the step that the user's function makes of the settings, run with care too. */
  #made<Kind extends Loss | Step>(what: string, make: () => Kind): Kind {
    const made = this.#run(make);
    if (typeof made !== "function") {
      throw new UserError(
        `${this.path}: ${what} returns no function: it makes one of the settings`,
      );
    }
    const call: (...given: Parameters<Kind>) => unknown = this.#wrap(made as never);
    return Object.assign(call, { inTraining: made.inTraining }) as unknown as Kind;
  }

  #layer(layer: Layer): Layer {
    if (typeof layer?.forward !== "function") {
      throw new UserError(`${this.path}: build returns no layer, such as sequential(...) gives`);
    }
    return {
      ...this.#drawn(layer),
      forward: this.#wrap((...given: Parameters<Layer["forward"]>) => layer.forward(...given)),
    };
  }

  /** The layer, whose tensors and those inside it get their first values with care. */
  #drawn(layer: Layer): Layer {
    const { parameters, buffers, layers } = layer;
    const specs = (all: TensorSpecs<Tensors>) =>
      Object.fromEntries(
        Object.entries(all).map(([name, spec]) => [
          name,
          spec && {
            ...spec,
            init: this.#wrap(spec.init),
          },
        ]),
      );
    return {
      ...layer,
      ...(parameters && { parameters: specs(parameters) }),
      ...(buffers && { buffers: specs(buffers) }),
      ...(layers && { layers: layers.map((inner) => this.#drawn(inner)) }),
    };
  }

  #wrap<Given extends unknown[], Result>(call: (...given: Given) => Result) {
    return (...given: Given): Result => this.#run(() => call(...given));
  }

  #run<T>(part: () => T): T {
    try {
      using _sealed = sealed();
      return part();
    } catch (error) {
      throw this.#located(error);
    }
  }

  /** The error as one sentence, with the place in the user's files where it came from. */
  #located(error: unknown): Error {
    if (error instanceof UserError) return error;
    // Deno colours the places in messages of its own.
    const text = stripVTControlCharacters(
      `${messageOf(error)}\n${error instanceof Error ? error.stack : ""}`,
    );
    const { folder } = this.files;
    const known = new Set(
      [...this.files.keys()].map((name) => pathToFileURL(`${folder}/${name}`).href),
    );
    const place = [...text.matchAll(/(file:\/\/[^\s()]+?):(\d+):(\d+)/g)]
      .find(([, url]) => known.has(url));
    const sentence = text.split("\n")[0].replace(/ at file:\/\/\S+$/, "").replace(
      /^Import ("\S+") not a dependency.*/,
      `it imports $1, which is not here: ${importable}`,
    );
    const where = place === undefined
      ? this.path
      : `${this.#shown(place[1])}:${place[2]}:${place[3]}`;
    return new ModuleError(`${where}: ${sentence}`, { cause: error });
  }

  #shown(url: string): string {
    return url === this.#url ? this.path : fileURLToPath(url);
  }
}
