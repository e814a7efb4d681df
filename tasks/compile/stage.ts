import { basename, dirname, join } from "node:path";
import { UserError } from "../../src/errors.ts";
import { findWeights, mainCopy, readCommit } from "../../src/run/mod.ts";

/** The folder of everything that goes into the self-contained program. */
export interface Stage extends Disposable {
  readonly folder: string;
  /** The one module, `wick.js`. */
  readonly module: string;
  /** The files that it finds beside itself. */
  readonly files: readonly string[];
  /** Where a module among them finds what it imports, if there is one. */
  readonly importMap?: string;
}

/** What a user's module may import: both are exports of the one module. */
const ownImports = { "@wick/wick": "./wick.js", zod: "./wick.js" };

/** Bundles wick into one module, and puts the library, the commit and a model beside it. */
export async function stage(library: string, embed: string | undefined): Promise<Stage> {
  const inside = embed === undefined ? undefined : await embedded(embed);
  const folder = await Deno.makeTempDir({ dir: ".wick", prefix: "compile-" });
  const [module, packedLibrary, commit, map, model, ownModule] = [
    ...["wick.js", basename(library), "commit.json", "import_map.json"],
    ...["model.safetensors", "model.js"],
  ].map((name) => join(folder, name));
  const files = [packedLibrary, commit, map];
  const dispose = () => Deno.removeSync(folder, { recursive: true });
  try {
    await bundle("tasks/wick.ts", module);
    await Deno.copyFile(library, packedLibrary);
    await Deno.writeTextFile(map, JSON.stringify({ imports: ownImports }));
    await Deno.writeTextFile(commit, JSON.stringify(await readCommit()));
    if (inside !== undefined) {
      await Deno.copyFile(inside.weights, model);
      files.push(model);
    }
    if (inside?.module !== undefined) {
      await bundle(inside.module, ownModule, ...Object.keys(ownImports));
      files.push(ownModule);
    }
    const importMap = files.includes(ownModule) ? map : undefined;
    return { folder, module, files, importMap, [Symbol.dispose]: dispose };
  } catch (error) {
    dispose();
    throw error;
  }
}

/** The path of weights, and of the module of their model where that is no model of wick's. */
async function embedded(path: string) {
  const { path: weights, config } = await findWeights(path);
  const { modelFiles } = config ?? {};
  return { weights, module: modelFiles && mainCopy(dirname(dirname(weights)), modelFiles) };
}

/** Makes one module of a module and all that it imports, but for `external` packages. */
async function bundle(module: string, output: string, ...external: string[]): Promise<void> {
  const left = external.map((name) => `--external=${name}`);
  await deno("bundle", "-q", "--import-map=.wick/import_map.json", ...left, "-o", output, module);
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
