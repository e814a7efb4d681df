import { UserError } from "../../src/errors.ts";
import { isAtLeast } from "./deno_version.ts";

/** The oldest cargo that builds the native library (rust-version in native/Cargo.toml). */
export const minimumCargo = "1.89.0";

/** Throws a UserError that says what to install, unless this machine can build the native library. */
export async function checkToolchain(): Promise<void> {
  const cargo = await firstLine("cargo", "--version");
  if (cargo === undefined) {
    throw new UserError(
      `Cargo was not found: wick builds its native library with Rust ${minimumCargo} or newer, ` +
        `so install Rust from https://rustup.rs and start again in a new terminal`,
    );
  }
  if (cargo === "") {
    throw new UserError(
      `"cargo --version" fails: if Rust came from rustup, "rustup default stable" gives cargo a ` +
        `toolchain; otherwise install Rust ${minimumCargo} or newer from https://rustup.rs`,
    );
  }
  const version = cargo.match(/\d+\.\d+\.\d+/)?.[0];
  if (version === undefined || !isAtLeast(version, minimumCargo)) {
    throw new UserError(
      `"${cargo}" is too old: wick builds its native library with Rust ${minimumCargo} or newer, ` +
        `so run "rustup update stable" or install Rust from https://rustup.rs`,
    );
  }
  if (Deno.build.os !== "windows" && !await firstLine("cc", "--version")) {
    throw new UserError(
      `A C linker ("cc") was not found, which Rust links with: install it with ${linkerInstall()}`,
    );
  }
}

/** The first line that a command prints: "" where it fails, undefined where it is missing. */
async function firstLine(command: string, argument: string): Promise<string | undefined> {
  try {
    const { success, stdout } = await new Deno.Command(command, {
      args: [argument],
      stdin: "null",
      stderr: "null",
    }).output();
    return success ? new TextDecoder().decode(stdout).split("\n")[0] : "";
  } catch (error) {
    if (error instanceof Deno.errors.NotFound) return undefined;
    throw error;
  }
}

const linkerInstall = () =>
  Deno.build.os === "darwin"
    ? `"xcode-select --install"`
    : `"sudo apt install build-essential" (Debian, Ubuntu) or "sudo dnf install gcc" (Fedora)`;
