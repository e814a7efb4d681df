import { parseArgs } from "@std/cli/parse-args";
import { runTask, UsageError } from "../src/errors.ts";
import { reportFlagsSchema } from "../src/commands/report_flags.ts";
import { Command } from "../src/cli/mod.ts";
import { program } from "../src/program.ts";
import { printable } from "../src/printable.ts";

const command = new Command(reportFlagsSchema, {
  usage: `${program} report RUN_FOLDER [flags]`,
  positional: ["RUN_FOLDER"],
});

/** Runs `report` with these arguments. */
export async function main(args: string[]): Promise<void> {
  const parsed = parseArgs(command.arguments(args), command.parseOptions);
  const flags = command.read(parsed);
  if (flags === undefined) return console.log(command.help());
  const [path] = parsed._;
  if (path === undefined) throw new UsageError(`Which run? ${program} report RUN_FOLDER`);
  const { reportCommand } = await import("../src/commands/report_command.ts");
  const report = await reportCommand(String(path), flags, (text) => console.error(text));
  console.log(printable(report));
}

if (import.meta.main) await runTask(main);
