import type { Main } from "../src/errors.ts";
import { mainOf, runForUser } from "./main.ts";
import { trainArguments } from "../src/commands/train_arguments.ts";
import { trainCommand } from "../src/commands/train_command.ts";
import { reporter } from "../src/commands/reporter.ts";
import { screenOf, together } from "../src/commands/together.ts";

/** Runs `train` with these arguments. */
export const main: Main = (args) =>
  together(async (join) => {
    const { command, own } = await trainArguments(args);
    return await mainOf(command, async (flags) => {
      const ranks = join();
      using screen = screenOf(ranks);
      return await trainCommand(flags, screen, reporter, own, ranks);
    })(args);
  });

if (import.meta.main) await runForUser(main);
