import { parseArgs } from "@std/cli/parse-args";
import { assertEquals } from "@std/assert";
import { runTask, UsageError, UserError } from "../src/errors.ts";

const usage = `deno task test:aarch64 [--deno PATH]

Tests the kernels for AArch64 on another processor: cross-compiled, under qemu.

  --deno PATH  a Deno for AArch64, which then trains as test/train/bits_test.ts does`;

const TARGET = "aarch64-unknown-linux-gnu";
const LINKER = "aarch64-linux-gnu-gcc";
const QEMU = ["qemu-aarch64", "-L", "/usr/aarch64-linux-gnu"];

async function run(command: string[], env: Record<string, string>, stdout: "piped" | "inherit") {
  const [program, ...args] = command;
  const child = new Deno.Command(program, { args, env, stdin: "null", stdout, stderr: "inherit" });
  const output = await child.output().catch((error) => {
    if (!(error instanceof Deno.errors.NotFound)) throw error;
    throw new UserError(`${program} is not installed: see "AArch64" in CONTRIBUTING.md`);
  });
  if (!output.success) throw new UserError(`${command.join(" ")} exited with ${output.code}`);
  return stdout === "piped" ? new TextDecoder().decode(output.stdout) : "";
}

async function cargo(command: string): Promise<void> {
  const args = ["--release", "--locked", `--target=${TARGET}`, "--target-dir=native/target"];
  const env = {
    CARGO_TARGET_AARCH64_UNKNOWN_LINUX_GNU_LINKER: LINKER,
    CARGO_TARGET_AARCH64_UNKNOWN_LINUX_GNU_RUNNER: QEMU.join(" "),
  };
  await run(["cargo", command, "--manifest-path=native/Cargo.toml", ...args], env, "inherit");
}

if (import.meta.main) {
  await runTask(async () => {
    const flags: { deno?: string; help: boolean } = parseArgs(Deno.args, {
      boolean: ["help"],
      string: ["deno"],
      unknown: (argument: string) => {
        throw new UsageError(`Unknown argument ${argument}: see "deno task test:aarch64 --help"`);
      },
    });
    if (flags.help) return console.log(usage);
    for (const program of [LINKER, QEMU[0]]) await run([program, "--version"], {}, "piped");
    await cargo("test");
    if (!flags.deno) return console.log("skipped: trainings, which need --deno PATH");
    await cargo("build");
    const expected = await Deno.readTextFile("test/train/bits.txt");
    const child = "-A --no-check --import-map=.wick/import_map.json test/train/bits_child.ts";
    for (const [instructionSet, threads] of [["neon", "2"], ["scalar", "1"]]) {
      const library = Deno.cwd() + `/native/target/${TARGET}/release/libwick.so`;
      const env = { WICK_ISA: instructionSet, WICK_LIBRARY: library };
      const command = [...QEMU, flags.deno, "run", "-q", ...child.split(" "), threads];
      assertEquals(await run(command, env, "piped"), expected);
      console.log(`trainings on ${instructionSet} with ${threads} threads gave the expected bits`);
    }
  });
}
