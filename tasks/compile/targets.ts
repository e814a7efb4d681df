import { UsageError, UserError } from "../../src/errors.ts";
import { ifThere } from "../setup/state.ts";

/** The platforms that `deno compile` makes programs for, and what wick's library is called there. */
const libraries = {
  "x86_64-unknown-linux-gnu": "libwick.so",
  "aarch64-unknown-linux-gnu": "libwick.so",
  "x86_64-apple-darwin": "libwick.dylib",
  "aarch64-apple-darwin": "libwick.dylib",
  "x86_64-pc-windows-msvc": "wick.dll",
  "aarch64-pc-windows-msvc": "wick.dll",
} as const;

/** A platform as Rust and Deno name it. */
export type Target = keyof typeof libraries;

export const targets = Object.keys(libraries) as Target[];

/** The platform of this process. */
export const thisTarget = Deno.build.target as Target;

/**
 * The library built for a platform, by its path. Throws UsageError for a platform that is not
 * supported, and UserError where no library for it has been built.
 */
export function libraryFor(target: Target): string {
  if (!Object.hasOwn(libraries, target)) {
    throw new UsageError(
      `--target ${target} is not supported by deno compile; there are ${
        Object.keys(libraries).join(", ")
      }`,
    );
  }
  const folder = target === thisTarget ? "release" : `${target}/release`;
  const path = `native/target/${folder}/${libraries[target]}`;
  if (ifThere(() => Deno.statSync(path)) === undefined) {
    throw new UserError(
      `There is no library for ${target}: build it with "cargo build --release --manifest-path ` +
        `native/Cargo.toml --target-dir native/target --target ${target}", or run this task on such a machine`,
    );
  }
  return path;
}
