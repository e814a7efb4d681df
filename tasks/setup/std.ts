import { join } from "node:path";
import { messageOf, UserError } from "../../src/errors.ts";
import { importMap, type Imports, type StdSource, stdSpecifiers } from "./import_map.ts";
import { exclusively, ifThere, NotWritable, readJsonIfThere, replaceFile } from "./state.ts";

/** How long JSR may take to answer before its npm copy is taken, in milliseconds. */
export const probeTimeout = 2000;

/** What decides whether an earlier choice still holds: the registry and the module cache. */
interface Choice {
  readonly source: StdSource;
  readonly registry: string;
  readonly cache: string;
}

/**
 * Writes `.wick/import_map.json`, by which tasks and tests find `@std`, and returns its source.
 *
 * JSR is asked once for a machine; what was found out is remembered in `.wick/std.json`, beside a
 * module cache that then holds the modules, so that later starts need no network. Where another user
 * has set up a checkout that this one may not write, that user's choice holds.
 */
export async function prepareImportMap(root: string): Promise<StdSource> {
  const remembered = rememberedSource(root);
  if (remembered) {
    writeMap(root, remembered);
    return remembered;
  }
  const lock = join(root, ".wick/std.lock");
  try {
    return await exclusively(lock, async () => rememberedSource(root) ?? await choose(root));
  } catch (error) {
    const chosen = lastChoice(root)?.source;
    if (!(error instanceof NotWritable) || chosen === undefined) throw error;
    writeMap(root, chosen);
    return chosen;
  }
}

/** Whether JSR answers for `@std/assert` within {@linkcode probeTimeout}. */
export async function reachesJsr(registry: string, timeout = probeTimeout): Promise<boolean> {
  try {
    const response = await fetch(new URL("@std/assert/meta.json", registry), {
      signal: AbortSignal.timeout(timeout),
    });
    await response.json();
    return response.ok;
  } catch {
    return false;
  }
}

async function choose(root: string): Promise<StdSource> {
  const place = registryAndCache();
  const jsr = await reachesJsr(place.registry) && await fetchModules(root, "jsr") === undefined;
  const source = jsr ? "jsr" : "npm";
  const failure = jsr ? undefined : await fetchModules(root, "npm");
  if (failure !== undefined) {
    throw new UserError(
      "Deno's standard library (@std) could be loaded neither from jsr.io nor from its copy on " +
        `registry.npmjs.org: connect this machine to one of them for its first start (${failure})`,
    );
  }
  console.error(jsr ? "@std comes from JSR." : "JSR is out of reach: @std comes from npm.");
  replaceFile(choicePath(root), JSON.stringify({ source, ...place } satisfies Choice));
  return source;
}

function rememberedSource(root: string): StdSource | undefined {
  const choice = lastChoice(root);
  const { registry, cache } = registryAndCache();
  const holds = choice?.registry === registry && choice.cache === cache;
  return holds ? choice.source : undefined;
}

const lastChoice = (root: string) =>
  readJsonIfThere(choicePath(root)) as Partial<Choice> | undefined;

/** Downloads the modules of `@std` from one source; returns why that failed, if it did. */
async function fetchModules(root: string, source: StdSource): Promise<string | undefined> {
  const specifiers = stdSpecifiers(writeMap(root, source));
  const { success, stderr } = await new Deno.Command(Deno.execPath(), {
    // The lock file is left to the task that follows, which says more clearly what it dislikes.
    args: ["cache", "-q", "--no-lock", `--import-map=${mapPath(root)}`, ...specifiers],
    cwd: root,
    env: { NO_COLOR: "1" },
    stdin: "null",
    stdout: "null",
  }).output();
  if (success) return undefined;
  const lines = new TextDecoder().decode(stderr).split("\n");
  return (lines.find((line) => line.startsWith("error: ")) ?? "error: no message").slice(
    "error: ".length,
  );
}

function writeMap(root: string, source: StdSource): { imports: Imports } {
  const map = importMap(declaredImports(root), source);
  const text = JSON.stringify(map, null, 2) + "\n";
  if (ifThere(() => Deno.readTextFileSync(mapPath(root))) !== text) {
    replaceFile(mapPath(root), text);
  }
  return map;
}

function declaredImports(root: string): Imports {
  const path = join(root, "deno.json");
  try {
    return JSON.parse(Deno.readTextFileSync(path)).imports;
  } catch (error) {
    throw new UserError(`Cannot read the imports of ${path}: ${messageOf(error)}`);
  }
}

function registryAndCache(): Omit<Choice, "source"> {
  return {
    registry: Deno.env.get("JSR_URL") ?? "https://jsr.io/",
    cache: Deno.env.get("DENO_DIR") ?? Deno.env.get("HOME") ?? Deno.env.get("LOCALAPPDATA") ?? "",
  };
}

const mapPath = (root: string) => join(root, ".wick/import_map.json");
const choicePath = (root: string) => join(root, ".wick/std.json");
