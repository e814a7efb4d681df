import { resolve } from "node:path";
import { fileURLToPath } from "node:url";
import { deno, packedFile, program, selfContained } from "../program.ts";

const names: Partial<Record<typeof Deno.build.os, string>> = {
  windows: "wick.dll",
  darwin: "libwick.dylib",
};
const name = names[Deno.build.os] ?? "libwick.so";

/** Whether these modules are a package that another program imports from a registry. */
const isPackage = !import.meta.url.startsWith("file:");

/** What to do where there is no library, or one of another version. */
export const remedy: string = selfContained
  ? "this program does not suit this system"
  : isPackage
  ? `run "${deno} run -A jsr:@wick/wick/setup", or name a built library in WICK_LIBRARY`
  : `run "${program} build"`;

/** Where the package's set-up leaves the library: in the folder of the program that imports wick. */
export const importerLibrary = (): string => resolve(".wick/native/target/release", name);

/**
 * Where the library lies: packed with the self-contained program; else where `WICK_LIBRARY` says; else
 * where set-up leaves it, in this repository or beside the program that imports wick.
 */
export const libraryPath = (): string => {
  if (selfContained) return packedFile(name);
  const chosen = Deno.env.get("WICK_LIBRARY");
  if (chosen) return chosen;
  if (isPackage) return importerLibrary();
  return fileURLToPath(new URL(`../../native/target/release/${name}`, import.meta.url));
};

/**
 * Where the build recorded the library's SHA-256: in this repository. Undefined for a library that
 * was packed (its program has checked it), that `WICK_LIBRARY` names, or that a package has built.
 */
export const buildRecord = (): string | undefined =>
  selfContained || isPackage || Deno.env.get("WICK_LIBRARY")
    ? undefined
    : fileURLToPath(new URL("../../.wick/library.json", import.meta.url));
