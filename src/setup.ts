/**
 * Builds the native library for a program that imports wick as a package, from the sources in the
 * package: `deno run -A jsr:@wick/wick/setup`. Needs Rust.
 *
 * @module
 */

import { createHash } from "node:crypto";
import { basename, dirname } from "node:path";
import { cargoBuild } from "./cargo.ts";
import { runTask, UserError } from "./errors.ts";
import { importerLibrary } from "./ffi/mod.ts";
import { program } from "./program.ts";
import { version } from "./version.ts";

/** What JSR says of a package's files, by their paths. */
interface Manifest {
  readonly manifest: Readonly<Record<string, { readonly checksum: string }>>;
}

/** Fetches the package's native sources into `.wick/native` and has cargo build them there. */
async function setUp(): Promise<void> {
  const root = new URL("../", import.meta.url);
  if (root.protocol === "file:") {
    throw new UserError(`In wick's repository: run "${program} setup"`);
  }
  const answer = await fetch(new URL(`../${version}_meta.json`, root));
  if (!answer.ok) throw new UserError(`${answer.url} cannot be read: ${answer.status}`);
  const { manifest }: Manifest = await answer.json();
  for (const [path, { checksum }] of Object.entries(manifest)) {
    if (path.startsWith("/native/")) await fetchFile(new URL(`.${path}`, root), path, checksum);
  }
  await cargoBuild({
    root: ".",
    manifest: ".wick/native/Cargo.toml",
    target: ".wick/native/target",
    file: basename(importerLibrary()),
  });
  console.log(`${importerLibrary()} is built`);
}

async function fetchFile(url: URL, path: string, checksum: string): Promise<void> {
  const answer = await fetch(url);
  const bytes = await answer.bytes();
  const found = `sha256-${createHash("sha256").update(bytes).digest("hex")}`;
  if (!answer.ok || found !== checksum) {
    throw new UserError(`${url} is not the published file: its checksum is ${found}`);
  }
  await Deno.mkdir(dirname(`.wick${path}`), { recursive: true });
  await Deno.writeFile(`.wick${path}`, bytes);
}

if (import.meta.main) {
  await runTask(async () => {
    await setUp().catch((error) => {
      if (!(error instanceof Deno.errors.NotFound)) throw error;
      throw new UserError("Cargo was not found: install Rust from https://rustup.rs");
    });
  });
}
