import type { Main } from "../src/errors.ts";
import { mainOf, runForUser } from "./main.ts";
import { trainArguments } from "../src/commands/train_arguments.ts";
import { trainCommand } from "../src/commands/train_command.ts";
import { reporter } from "../src/commands/reporter.ts";
import { standardScreen } from "../src/cli/mod.ts";

/** Runs `train` with these arguments. */
export const main: Main = async (args) => {
  const { command, own } = await trainArguments(args);
  return await mainOf(command, async (flags) => {
    using screen = standardScreen();
    return await trainCommand(flags, screen, reporter, own);
  })(args);
};

if (import.meta.main) await runForUser(main);
