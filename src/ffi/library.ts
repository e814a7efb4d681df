import { createHash } from "node:crypto";
import { LibraryError, NativeError } from "./errors.ts";
import { buildRecord, libraryPath, remedy } from "./place.ts";
import { ABI_HASH, bind, type Native, symbols } from "./symbols.ts";

/** What must be there before the library's own manifest can be trusted. */
const bootstrap = {
  wick_last_error: { parameters: ["buffer", "u32"], result: "u32" },
  wick_abi_hash: { parameters: [], result: "u32" },
} as const satisfies Deno.ForeignLibraryInterface;

/** Runs `action`; a failure is a LibraryError that begins with `what`. */
const attempt = <T>(what: string, action: () => T): T => {
  try {
    return action();
  } catch (error) {
    if (error instanceof Deno.errors.NotCapable) throw error;
    const reason = error instanceof Error ? error.message : String(error);
    throw new LibraryError(`${what}: ${reason} (${remedy})`);
  }
};

const notLoaded = (path: string) => `The native library cannot be loaded from ${path}`;

/**
 * The library's SHA-256, compared with what the build recorded, before any code of it runs. A library
 * without a record, such as one that `WICK_LIBRARY` names, is not compared.
 */
const checkDigest = (path: string): string => {
  const file = attempt(notLoaded(path), () => {
    if (!Deno.statSync(path).isFile) throw new Error("it is not a regular file");
    return Deno.readFileSync(path);
  });
  const digest = createHash("sha256").update(file).digest("hex");
  const record = buildRecord();
  if (record === undefined) return digest;
  const recorded = attempt(
    "The native library's SHA-256 cannot be read",
    () => JSON.parse(Deno.readTextFileSync(record)).sha256,
  );
  if (recorded !== digest) {
    throw new LibraryError(
      `The native library at ${path} is not the file that was built here: its SHA-256 is ` +
        `${digest}, not ${recorded} (${remedy})`,
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

const open = <T extends Deno.ForeignLibraryInterface>(path: string, interface_: T) =>
  attempt(notLoaded(path), () => Deno.dlopen(path, interface_).symbols);

const load = (path: string): Native => {
  const { wick_abi_hash, wick_last_error } = open(path, bootstrap);
  if (wick_abi_hash() !== ABI_HASH) {
    throw new LibraryError(
      `The native library at ${path} belongs to another version of wick: ${remedy}`,
    );
  }
  const text = new Uint8Array(4096);
  const fail = (): never => {
    const length = Math.min(wick_last_error(text, text.length), text.length);
    throw new NativeError(new TextDecoder().decode(text.subarray(0, length)));
  };
  return bind(open(path, symbols), fail);
};

let sha256: string;
let loaded: Native | undefined;

/** Checks and loads the library at the first call, and puts it in the place of the one that waits. */
const loadOnce = (): Native => {
  if (loaded !== undefined) return loaded;
  checkVersion();
  sha256 = checkDigest(libraryPath());
  return native = loaded = load(libraryPath());
};

/**
 * Every export of the native library; a failure throws a {@linkcode NativeError}. The library is
 * loaded at the first call and never closed, so that what computes nothing needs no library.
 */
export let native: Native = new Proxy<Native>(Object.create(null), {
  get: (_, name) => Reflect.get(loadOnce(), name),
});

/** What the native library says of itself. */
export interface LibraryInformation {
  readonly version: string;
  readonly candle: string;
  /** `scalar`, `neon`, `avx2` or `avx512`: which instance of the kernels runs. */
  readonly instructionSet: string;
  /** How many run. */
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

/**
 * How many threads each of so many processes has: the number that was chosen, or for 0 its part of the
 * physical cores. A single process keeps its 0, which leaves it the choice.
 */
export function threadsOfEach(threads: number, processes: number): number {
  if (threads > 0 || processes === 1) return threads;
  return Math.max(1, Math.floor(native.wick_cores() / processes));
}

let isChosen = false;

/**
 * Sets the number of threads for all that follows; 0 is one a physical core that may be used, divided
 * among `processes` that do the same. No more run than there are CPUs.
 */
export function configureThreads(threads: number, processes = 1): void {
  const chosen = threadsOfEach(threads, processes);
  // Work that is divided among more threads than run only has smaller parts.
  native.wick_divide_among(native.wick_configure(chosen));
  isChosen = chosen > 0;
}

/** A worker shares the library's threads with the program's other threads. */
const isWorker = "WorkerGlobalScope" in globalThis;

/**
 * Divides work among at most so many of the threads from now on, 0 for all of them, and returns among how
 * many. Where `configureThreads` chose their number it stays, as it does in a worker, and 1 is returned:
 * there is no other choice.
 */
export const divideAmong = (threads: number): number =>
  isChosen || isWorker ? 1 : native.wick_divide_among(threads);
