import { type Main, UsageError } from "../src/errors.ts";
import { mainOf, runForUser } from "./main.ts";
import { reproduceCommand, reproduceFlagsSchema } from "../src/commands/reproduce_command.ts";
import { program } from "../src/program.ts";
import { Command, standardScreen } from "../src/cli/mod.ts";

const command = new Command(reproduceFlagsSchema, {
  usage: `${program} reproduce RUN_FOLDER|RESULTS.json [flags]`,
  positional: ["RUN_FOLDER|RESULTS.json"],
});

/** Runs `reproduce` with these arguments. */
export const main: Main = mainOf(command, async (flags, [path]) => {
  if (path === undefined) throw new UsageError(`What? ${program} reproduce RUN_FOLDER`);
  using screen = standardScreen();
  return await reproduceCommand(path, flags, screen);
});

if (import.meta.main) await runForUser(main);
