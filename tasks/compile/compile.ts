import { basename, dirname } from "node:path";
import { messageOf, UserError } from "../../src/errors.ts";
import { versionLine } from "../wick/commands.ts";
import { pack } from "./pack.ts";
import { permissionFlags } from "./permissions.ts";
import { deno, type Stage, stage } from "./stage.ts";
import { libraryFor, type Target, thisTarget } from "./targets.ts";

/** What the self-contained program is made for, and of. */
export interface CompileOptions {
  readonly output: string;
  readonly target: Target;
  /** A run or weights file to put inside. */
  readonly embed?: string;
  /** Whether to pack Deno itself without asking for the runtime of `deno compile`. */
  readonly pack: boolean;
}

/** Makes the self-contained program; it has to answer before it takes the place of an older one. */
export async function compile(options: CompileOptions, print: (text: string) => void) {
  const { output, target } = options;
  const library = libraryFor(target);
  if (options.pack && target !== thisTarget) {
    throw new UserError(`--pack takes this machine's Deno, so it cannot make a ${target} program`);
  }
  using staged = await stage(library, options.embed);
  await Deno.mkdir(dirname(output), { recursive: true });
  const partial = `${staged.folder}/${basename(output)}`;
  const reason = options.pack ? "as asked for" : await denoCompile(staged, target, partial);
  if (reason !== undefined) {
    if (target !== thisTarget) {
      throw new UserError(`A program for ${target} needs the runtime of deno compile: ${reason}`);
    }
    print(`Packing Deno itself behind a launcher (${reason}).`);
    await pack(staged, basename(library), partial);
    await check(partial);
  }
  await Deno.rename(partial, output);
  const { size } = await Deno.stat(output);
  print(`${output}: ${(size / 1e6).toFixed(1)} MB`);
}

/** Runs `deno compile`; returns why there is no working program, or undefined where there is one. */
async function denoCompile(staged: Stage, target: Target, output: string) {
  const includes = staged.files.map((file) => `--include=${file}`);
  // A compiled program's files have another path on every machine, so the library's cannot be named.
  const permissions = permissionFlags("--allow-ffi");
  const isolated = ["--no-config", "--no-lock", "--no-check", "--no-npm", "--no-remote"];
  const out = ["--target", target, "--output", output];
  if (staged.importMap !== undefined) isolated.push(`--import-map=${staged.importMap}`);
  try {
    await deno("compile", "-q", ...isolated, ...permissions, ...includes, ...out, staged.module);
    if (target === thisTarget) await check(output);
  } catch (error) {
    return messageOf(error);
  }
}

/** Throws a UserError unless the program tells its version where there is no environment. */
async function check(program: string): Promise<void> {
  const cache = await Deno.makeTempDir({ prefix: "wick-compile-" });
  const { stdout, stderr } = await new Deno.Command(await Deno.realPath(program), {
    args: ["--version"],
    clearEnv: true,
    env: { WICK_CACHE: await Deno.realPath(cache) },
    stdin: "null",
  }).output().finally(() => Deno.remove(cache, { recursive: true }));
  const [answer, error] = [stdout, stderr].map((bytes) => new TextDecoder().decode(bytes).trim());
  if (answer === versionLine) return;
  throw new UserError(`the program answers "${answer || error}" for its version`);
}
