import { createHash } from "node:crypto";
import { LibraryError, NativeError } from "./errors.ts";
import { ABI_HASH, bind, type Native, symbols } from "./symbols.ts";

const NAMES: Partial<Record<typeof Deno.build.os, string>> = {
  windows: "wick.dll",
  darwin: "libwick.dylib",
};

/** What must be there before the library's own manifest can be trusted. */
const bootstrap = {
  wick_last_error: { parameters: ["buffer", "u32"], result: "u32" },
  wick_abi_hash: { parameters: [], result: "u32" },
} as const satisfies Deno.ForeignLibraryInterface;

const BUILD = "run `deno task build`";

const besideThisProgram = (relative: string): string => {
  const path = decodeURIComponent(new URL(`../../${relative}`, import.meta.url).pathname);
  return Deno.build.os === "windows" ? path.slice(1) : path;
};

const chosenPath = Deno.env.get("WICK_LIBRARY") || undefined;

/** Where the library lies: beside this program, or where `WICK_LIBRARY` says. */
export const libraryPath = (): string =>
  chosenPath ?? besideThisProgram(`native/target/release/${NAMES[Deno.build.os] ?? "libwick.so"}`);

/**
 * The library's SHA-256, compared with what the build recorded, before any code of it runs. Whoever
 * names another library with `WICK_LIBRARY` answers for it.
 */
const checkDigest = (path: string): string => {
  const attempt = <T>(what: string, read: () => T): T => {
    try {
      return read();
    } catch (error) {
      if (error instanceof Deno.errors.NotCapable) throw error;
      const reason = error instanceof Error ? error.message : String(error);
      throw new LibraryError(`${what} cannot be read: ${reason} (${BUILD})`);
    }
  };
  const file = attempt("The native library", () => Deno.readFileSync(path));
  const digest = createHash("sha256").update(file).digest("hex");
  if (chosenPath !== undefined) return digest;
  const recorded = attempt("The native library's SHA-256", () => {
    return JSON.parse(Deno.readTextFileSync(besideThisProgram(".wick/library.json"))).sha256;
  });
  if (recorded !== digest) {
    throw new LibraryError(
      `The native library at ${path} is not the file that was built here: its SHA-256 is ` +
        `${digest}, not ${recorded} (${BUILD})`,
    );
  }
  return digest;
};

const checkVersion = () => {
  const [major, minor] = Deno.version.deno.split(".").map(Number);
  if (major < 2 || (major === 2 && minor < 8)) {
    throw new LibraryError(
      `wick needs Deno 2.8 or newer, not ${Deno.version.deno}: run deno upgrade`,
    );
  }
};

const open = <T extends Deno.ForeignLibraryInterface>(path: string, interface_: T) => {
  try {
    return Deno.dlopen(path, interface_).symbols;
  } catch (error) {
    if (error instanceof Deno.errors.NotCapable) throw error;
    const reason = error instanceof Error ? error.message : String(error);
    throw new LibraryError(
      `The native library cannot be loaded from ${path}: ${reason} (${BUILD})`,
    );
  }
};

const load = (path: string): Native => {
  const { wick_abi_hash, wick_last_error } = open(path, bootstrap);
  if (wick_abi_hash() !== ABI_HASH) {
    throw new LibraryError(
      `The native library at ${path} belongs to another version of wick: ${BUILD}`,
    );
  }
  const text = new Uint8Array(4096);
  const fail = (): never => {
    const length = Math.min(wick_last_error(text, text.length), text.length);
    throw new NativeError(new TextDecoder().decode(text.subarray(0, length)));
  };
  return bind(open(path, symbols), fail);
};

checkVersion();
const sha256 = checkDigest(libraryPath());

/** Every export of the native library; a failure throws a {@linkcode NativeError}. It is never closed. */
export const native: Native = load(libraryPath());

/** What the native library says of itself. */
export interface LibraryInformation {
  readonly version: string;
  readonly candle: string;
  /** `scalar`, `avx2` or `avx512`: which instance of the kernels runs. */
  readonly instructionSet: string;
  readonly threads: number;
  readonly cuda: boolean;
  /** Of the library's file. */
  readonly sha256: string;
}

/** The native library's version, instruction set, threads and SHA-256. */
export const libraryInformation = (): LibraryInformation => {
  const text = new Uint8Array(1024);
  const length = native.wick_info(text);
  return { ...JSON.parse(new TextDecoder().decode(text.subarray(0, length))), sha256 };
};
