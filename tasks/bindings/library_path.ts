const NAMES: Partial<Record<typeof Deno.build.os, string>> = {
  windows: "wick.dll",
  darwin: "libwick.dylib",
};

/** Where cargo leaves the library. Not taken from src/ffi, which cannot be loaded while its symbols are stale. */
export const libraryPath = (): URL =>
  new URL(`../../native/target/release/${NAMES[Deno.build.os] ?? "libwick.so"}`, import.meta.url);
