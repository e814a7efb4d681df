import { basename, dirname, join } from "node:path";
import { UserError } from "./errors.ts";

/** What cargo is to build, in release mode. */
export interface CargoBuild {
  /** The folder that the other paths start from. */
  readonly root: string;
  /** The path of the workspace's Cargo.toml. */
  readonly manifest: string;
  /** The folder that cargo builds in. */
  readonly target: string;
  /** The name of the file that is wanted. */
  readonly file: string;
  /** More arguments, such as a package or features. */
  readonly args?: readonly string[];
}

/**
 * Has cargo build and leaves the file in the folder `release` of `target`. Where a target platform is
 * set, in the environment or in a configuration of cargo, cargo writes elsewhere, and what lies in that
 * folder is of an earlier build: so the file is the one that cargo says it made. Throws
 * {@linkcode UserError} where cargo fails or builds for another platform alone.
 */
export async function cargoBuild(
  { root, manifest, target, file, args = [] }: CargoBuild,
): Promise<void> {
  const { code, stdout } = await new Deno.Command("cargo", {
    args: ["build", "--release", "--locked", `--manifest-path=${manifest}`]
      .concat(`--target-dir=${target}`, "--message-format=json-render-diagnostics", args),
    cwd: root,
    stdin: "null",
    stdout: "piped",
    stderr: "inherit",
  }).output();
  if (code !== 0) {
    throw new UserError(
      `Cargo could not build ${file} (exit code ${code}): its own messages are above`,
    );
  }
  const made = madeFiles(new TextDecoder().decode(stdout)).filter((path) =>
    basename(path) === file
  );
  const platform = (path: string) => basename(dirname(dirname(path)));
  const here = made.findLast((path) =>
    [basename(target), Deno.build.target].includes(platform(path))
  );
  if (here === undefined) {
    const other = made.length > 0 ? ` for ${made.map(platform).join(" and ")}` : "";
    throw new UserError(
      `Cargo built no ${file} for ${Deno.build.target}${other && `, but${other}`}: unset ` +
        `CARGO_BUILD_TARGET, and take build.target out of your cargo configuration for this folder`,
    );
  }
  const place = join(root, target, "release", file);
  if (platform(here) !== basename(target)) {
    await Deno.mkdir(dirname(place), { recursive: true });
    await Deno.copyFile(here, `${place}.${Deno.pid}`);
    await Deno.rename(`${place}.${Deno.pid}`, place); // a process may have the old one open
  }
}

/** The paths in cargo's messages, one JSON object a line, of what it made or found already made. */
function madeFiles(messages: string): string[] {
  const lines = messages.split("\n").filter((line) =>
    line.startsWith('{"reason":"compiler-artifact"')
  );
  return lines.flatMap((line) => JSON.parse(line).filenames as string[]);
}
