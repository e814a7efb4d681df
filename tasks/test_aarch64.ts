import { assertEquals } from "@std/assert";
import { z } from "zod";
import { runTask, UserError } from "../src/errors.ts";
import { Command } from "../src/cli/mod.ts";
import { program } from "../src/program.ts";
import { fromUser } from "../src/user_folder.ts";
import { mainOf } from "./main.ts";
import { counted } from "../src/printable.ts";

const deno = z.string().optional()
  .describe("a Deno for AArch64, which then trains as test/train/bits_test.ts does");
const command = new Command(z.object({ deno }), {
  usage: `${program} test:aarch64 [flags]: Rust's tests for AArch64, cross-compiled, under qemu`,
});

const TARGET = "aarch64-unknown-linux-gnu";
const LINKER = "aarch64-linux-gnu-gcc";
const QEMU = ["qemu-aarch64", "-L", "/usr/aarch64-linux-gnu"];

async function run(words: string[], env: Record<string, string>, stdout: "piped" | "inherit") {
  const [program, ...args] = words;
  try {
    const options = { args, env, stdin: "null", stdout, stderr: "inherit" } as const;
    const output = await new Deno.Command(program, options).output();
    if (!output.success) throw new UserError(`${words.join(" ")} exited with ${output.code}`);
    return stdout === "piped" ? new TextDecoder().decode(output.stdout) : "";
  } catch (error) {
    if (!(error instanceof Deno.errors.NotFound)) throw error;
    throw new UserError(`${program} is not installed: see "AArch64" in CONTRIBUTING.md`);
  }
}

async function cargo(...subcommand: string[]): Promise<void> {
  const args = ["--release", "--locked", `--target=${TARGET}`, "--target-dir=native/target"];
  const env = {
    CARGO_TARGET_AARCH64_UNKNOWN_LINUX_GNU_LINKER: LINKER,
    CARGO_TARGET_AARCH64_UNKNOWN_LINUX_GNU_RUNNER: QEMU.join(" "),
  };
  const manifest = "--manifest-path=native/Cargo.toml";
  await run(["cargo", ...subcommand, manifest, ...args], env, "inherit");
}

const main = mainOf(command, async (flags) => {
  for (const program of [LINKER, QEMU[0]]) await run([program, "--version"], {}, "piped");
  await cargo("test", "--lib");
  if (!flags.deno) return console.log("skipped: trainings, which need --deno PATH");
  await cargo("build");
  const digests = ["bits.txt", "bits_of_parts.txt"]
    .map((name) => Deno.readTextFileSync(`test/train/${name}`));
  const expected = digests.join("");
  const child = "-A --no-check --import-map=.wick/import_map.json test/train/bits_child.ts";
  for (const [instructionSet, threads] of [["neon", "2"], ["scalar", "1"]]) {
    const library = Deno.cwd() + `/native/target/${TARGET}/release/libwick.so`;
    const env = { WICK_ISA: instructionSet, WICK_LIBRARY: library };
    const words = [...QEMU, fromUser(flags.deno), "run", "-q", ...child.split(" "), threads];
    assertEquals(await run(words, env, "piped"), expected);
    console.log(
      `trainings on ${instructionSet} with ${
        counted(Number(threads), "thread")
      } gave the expected bits`,
    );
  }
});

if (import.meta.main) await runTask(main);
