import { createHash } from "node:crypto";
import { basename, join } from "node:path";
import { cargoBuild } from "../../src/cargo.ts";
import { exclusively, ifThere, readJsonIfThere, replaceFile } from "./state.ts";
import { checkToolchain } from "./toolchain.ts";

/** What `.wick/library.json` records of the library that was built last. */
export interface BuiltLibrary {
  /** SHA-256 over the sources and features it was built from. */
  readonly sources: string;
  /** Cargo features it was built with. */
  readonly features: readonly string[];
  /** SHA-256 of the library file. */
  readonly sha256: string;
  /** Size in bytes and time of change, by which a later start sees that it is still this file. */
  readonly size: number;
  readonly changed: number;
}

/** Where cargo leaves the library on this system. */
export const libraryPath = (root: string): string =>
  join(root, places.target, "release", fileNames[Deno.build.os] ?? fileNames.linux);

const places = { manifest: "native/Cargo.toml", target: "native/target" };

const fileNames: Partial<Record<typeof Deno.build.os, string>> & { linux: string } = {
  linux: "libwick.so",
  darwin: "libwick.dylib",
  windows: "wick.dll",
};

/**
 * Builds the native library unless it is there and neither its sources nor its features changed.
 *
 * Without `features` it keeps the features of the last build. Returns whether cargo ran.
 */
export async function prepareLibrary(root: string, features?: readonly string[]): Promise<boolean> {
  if (isCurrent(root, features)) return false;
  return await exclusively(join(root, ".wick/library.lock"), async () => {
    if (isCurrent(root, features)) return false;
    await build(root, features ?? builtLibrary(root)?.features ?? []);
    return true;
  });
}

/** SHA-256 over the names and contents of everything that cargo builds the library from. */
export function sourcesDigest(root: string): string {
  const hash = createHash("sha256");
  const native = join(root, "native");
  for (const name of ["Cargo.toml", "Cargo.lock", "build.rs", ...sourceFiles(native, "src")]) {
    const content = ifThere(() => Deno.readFileSync(join(native, name)));
    if (content) hash.update(`${name} ${content.length}\n`).update(content);
  }
  return hash.digest("hex");
}

/**
 * Every byte of the library is looked at where a person asked for it by features, and where its time is
 * another one, as in a copy of the checkout.
 */
function isCurrent(root: string, features?: readonly string[]): boolean {
  const built = builtLibrary(root);
  if (!built) return false;
  const path = libraryPath(root);
  const file = ifThere(() => Deno.statSync(path));
  const unchanged = features === undefined && file?.mtime?.getTime() === built.changed;
  return file?.size === built.size &&
    (features ?? built.features).join() === built.features.join() &&
    (unchanged || digestOf(path) === built.sha256) &&
    sourcesDigest(root) === built.sources;
}

/** Forgets a library that is not the one that was built: cargo, which looks at times alone, would keep it. */
async function forgetDamaged(root: string): Promise<void> {
  const built = builtLibrary(root);
  if (!built || digestOf(libraryPath(root)) === built.sha256) return;
  await new Deno.Command("cargo", {
    args: ["clean", "-q", "--release", "--locked", "--package=wick"]
      .concat(`--manifest-path=${places.manifest}`, `--target-dir=${places.target}`),
    cwd: root,
  }).output();
}

/** SHA-256 of a file, or undefined where the file is missing. */
function digestOf(path: string): string | undefined {
  const file = ifThere(() => Deno.readFileSync(path));
  return file && createHash("sha256").update(file).digest("hex");
}

async function build(root: string, features: readonly string[]): Promise<void> {
  await checkToolchain();
  await forgetDamaged(root);
  console.error("Building the native library with cargo: minutes the first time, then seconds.");
  const sources = sourcesDigest(root);
  await cargoBuild({
    root,
    ...places,
    file: basename(libraryPath(root)),
    args: features.length > 0 ? [`--features=${features.join()}`] : [],
  });
  const path = libraryPath(root);
  const file = Deno.statSync(path);
  const record: BuiltLibrary = {
    sources,
    features,
    sha256: digestOf(path) ?? "",
    size: file.size,
    changed: file.mtime?.getTime() ?? 0,
  };
  replaceFile(recordPath(root), JSON.stringify(record, null, 2) + "\n");
}

function builtLibrary(root: string): BuiltLibrary | undefined {
  return readJsonIfThere(recordPath(root)) as BuiltLibrary | undefined;
}

const recordPath = (root: string) => join(root, ".wick/library.json");

function sourceFiles(folder: string, name: string): string[] {
  const found: string[] = [];
  for (const entry of Deno.readDirSync(join(folder, name))) {
    const path = `${name}/${entry.name}`;
    if (entry.isDirectory) found.push(...sourceFiles(folder, path));
    else found.push(path);
  }
  return found.sort();
}
