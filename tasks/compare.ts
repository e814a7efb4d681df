import { parseArgs } from "@std/cli/parse-args";
import { runTask } from "../src/errors.ts";
import { compareFlagsSchema } from "../src/commands/compare_flags.ts";
import { Command } from "../src/cli/mod.ts";
import { program } from "../src/program.ts";

const command = new Command(compareFlagsSchema, {
  usage: `${program} compare [RUN_FOLDER...] [flags]; the newest run of each model by default`,
  positional: ["RUN_FOLDER..."],
});

/** Runs `compare` with these arguments. */
export async function main(args: string[]): Promise<void> {
  const parsed = parseArgs(command.arguments(args), command.parseOptions);
  const flags = command.read(parsed);
  if (flags === undefined) return console.log(command.help());
  const { compareCommand } = await import("../src/commands/compare_command.ts");
  const width = Deno.stdout.isTerminal() ? Deno.consoleSize().columns : Infinity;
  await compareCommand(parsed._.map(String), flags, (text) => console.log(text), width);
}

if (import.meta.main) await runTask(main);
