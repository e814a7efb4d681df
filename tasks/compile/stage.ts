import { basename, join } from "node:path";
import { UserError } from "../../src/errors.ts";
import { findWeights, readCommit } from "../../src/run/mod.ts";

/** The folder of everything that goes into the self-contained program. */
export interface Stage extends Disposable {
  readonly folder: string;
  /** The one module, `wick.js`. */
  readonly module: string;
  /** The files that it finds beside itself. */
  readonly files: readonly string[];
}

/** What a user's module may import: both are exports of the one module. */
const ownImports = { "@wick/wick": "./wick.js", zod: "./wick.js" };

/** Bundles wick into one module, and puts the library, the commit and a model beside it. */
export async function stage(library: string, embed: string | undefined): Promise<Stage> {
  const weights = embed === undefined ? undefined : await embedded(embed);
  const folder = await Deno.makeTempDir({ dir: ".wick", prefix: "compile-" });
  const [module, packedLibrary, commit, map, model] = [
    "wick.js",
    basename(library),
    "commit.json",
    "import_map.json",
  ]
    .concat(weights === undefined ? [] : "model.safetensors").map((name) => join(folder, name));
  const files = [packedLibrary, commit, map, ...model === undefined ? [] : [model]];
  const dispose = () => Deno.removeSync(folder, { recursive: true });
  try {
    await deno("bundle", "-q", "--import-map=.wick/import_map.json", "-o", module, "tasks/wick.ts");
    await Deno.copyFile(library, packedLibrary);
    await Deno.writeTextFile(map, JSON.stringify({ imports: ownImports }));
    await Deno.writeTextFile(commit, JSON.stringify(await readCommit()));
    if (weights !== undefined) await Deno.copyFile(weights, model);
    return { folder, module, files, [Symbol.dispose]: dispose };
  } catch (error) {
    dispose();
    throw error;
  }
}

/** The path of weights that a program can take in. */
async function embedded(path: string): Promise<string> {
  const { path: weights, model, config } = await findWeights(path);
  if (config?.modelFiles === undefined) return weights;
  throw new UserError(
    `The model ${model.name} of ${path} is a module of its own, which --embed cannot take in`,
  );
}

/** Runs Deno; throws a UserError with the causes that it names. */
export async function deno(...args: string[]): Promise<void> {
  const { success, stderr } = await new Deno.Command(Deno.execPath(), {
    args,
    env: { NO_COLOR: "1" },
    stdin: "null",
    stdout: "null",
  }).output();
  if (success) return;
  const text = new TextDecoder().decode(stderr).replace(/\n*Stack backtrace:.*/s, "").trim();
  const cause = /^ *1: (.*)$/m.exec(text)?.[1]; // what it was doing comes first, as 0
  throw new UserError(`deno ${args[0]} failed: ${cause ?? text.replace(/\s*\n\s*/g, " ")}`);
}
