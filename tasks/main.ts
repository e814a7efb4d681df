import { parseArgs } from "@std/cli/parse-args";
import type { z } from "zod";
import { type Command, pageColumns, printColumns } from "../src/cli/mod.ts";
import { type Main, runTask } from "../src/errors.ts";
import { standWithUser } from "../src/user_folder.ts";

/** What a command does with its flags, as `Command.read` gives them, and with its other arguments. */
type Run<Shape extends z.ZodRawShape> = (
  flags: NonNullable<ReturnType<Command<Shape>["read"]>>,
  words: string[],
) => ReturnType<Main>;

/** The main function of a command; it shows the help where that was asked for. */
export function mainOf<Shape extends z.ZodRawShape>(
  command: Command<Shape>,
  run: Run<Shape>,
): Main {
  return (args) => {
    const parsed = parseArgs(command.arguments(args), command.parseOptions);
    const flags = command.read(parsed);
    if (flags === undefined) return console.log(command.help(helpColumns()));
    return run(flags, parsed._.map(String));
  };
}

/** How wide a help is: as the terminal, but no wider than is easily read. */
export const helpColumns = (): number =>
  Deno.stdout.isTerminal() ? Math.min(printColumns(), 100) : pageColumns;

/** Runs a command that takes and prints paths as its user sees them. */
export const runForUser = (main: Main): Promise<never> =>
  runTask((args) => {
    standWithUser();
    return main(args);
  });
