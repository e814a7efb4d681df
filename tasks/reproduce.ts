import { parseArgs } from "@std/cli/parse-args";
import { runTask, UsageError } from "../src/errors.ts";
import { reproduceFlagsSchema } from "../src/commands/reproduce_flags.ts";
import { program } from "../src/program.ts";
import { Command, standardScreen } from "../src/cli/mod.ts";

const command = new Command(reproduceFlagsSchema, {
  usage: `${program} reproduce RUN_FOLDER|RESULTS.json [flags]`,
  positional: ["RUN_FOLDER|RESULTS.json"],
});

/** Runs `reproduce` with these arguments. */
export async function main(args: string[]): Promise<number | void> {
  const parsed = parseArgs(command.arguments(args), command.parseOptions);
  const flags = command.read(parsed);
  if (flags === undefined) return console.log(command.help());
  const [path] = parsed._;
  if (path === undefined) throw new UsageError(`What? ${program} reproduce RUN_FOLDER`);
  const { reproduceCommand } = await import("../src/commands/reproduce_command.ts");
  return await reproduceCommand(String(path), flags, standardScreen());
}

if (import.meta.main) await runTask(main);
