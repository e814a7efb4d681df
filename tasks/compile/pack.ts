import { basename } from "node:path";
import { cargoBuild } from "../../src/cargo.ts";
import { UserError } from "../../src/errors.ts";
import { permissionFlags } from "./permissions.ts";
import type { Stage } from "./stage.ts";

const launcher = `native/target/release/wick-launcher${Deno.build.os === "windows" ? ".exe" : ""}`;

/** Where everything that Deno would look for outside of the packed files is switched off. */
const isolated = [
  "--no-config",
  "--no-lock",
  "--no-prompt",
  "--no-npm",
  "--no-remote",
  "--cached-only",
  "--no-code-cache",
];

/** Packs Deno's executable and the staged files behind the launcher, built first, into `output`. */
export async function pack({ folder, module, files }: Stage, library: string, output: string) {
  const args = ["-q", "--package=wick-launcher"];
  await cargoBuild({
    root: ".",
    manifest: "native/Cargo.toml",
    target: "native/target",
    file: basename(launcher),
    args,
  });
  const deno = `${folder}/${Deno.build.os === "windows" ? "deno.exe" : "deno"}`;
  await Deno.copyFile(Deno.execPath(), deno); // whatever its name is here
  const permissions = permissionFlags(`--allow-ffi={}/${library}`);
  const map = "--import-map={}/import_map.json";
  const started = ["run", "-q", map, ...isolated, ...permissions, "{}/wick.js"];
  await run(launcher, [output, deno, module, ...files, "--", ...started]);
}

async function run(program: string, args: string[]): Promise<void> {
  const { code } = await new Deno.Command(program, { args, stdin: "null" }).spawn().status;
  if (code !== 0) throw new UserError(`${program} failed (exit code ${code}): see above`);
}
