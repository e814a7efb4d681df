import { environments, root } from "./peers.ts";

/** Installs every peer in its own environment under `.wick/peers`, in the versions that bench/peers pins. */
export async function install(): Promise<void> {
  const here = `${root}bench/peers`;
  await Deno.mkdir(environments, { recursive: true });
  await attempt("the Python peers", [
    ["python3", "-m", "venv", `${environments}/python`],
    [`${environments}/python/bin/pip`, "install", "-q", "--require-hashes"]
      .concat("-r", `${here}/requirements.txt`),
  ]);
  await attempt("the Rust peers", [[
    "cargo",
    "build",
    "--release",
    "--locked",
    `--manifest-path=${here}/rust/Cargo.toml`,
    `--target=${Deno.build.target}`, // whatever target a cargo configuration sets
    `--target-dir=${environments}/rust`,
  ]]);
  await attempt("TF.js", [[Deno.execPath(), "install", "-q", `--config=${here}/tfjs/deno.json`]]);
  await Deno.mkdir(`${environments}/tfjs`, { recursive: true });
}

/** Installs peers; where that fails, says that they are left out and continues. */
async function attempt(what: string, commands: readonly (readonly string[])[]): Promise<void> {
  console.log(`Installing ${what} ...`);
  for (const [program, ...args] of commands) {
    const child = new Deno.Command(program, { args, stdout: "inherit", stderr: "inherit" });
    const done = await child.output().catch(() => undefined);
    if (!done?.success) return console.log(`Left out ${what}: ${program} failed.`);
  }
}
