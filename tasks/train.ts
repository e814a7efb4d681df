import { type Main, runTask } from "../src/errors.ts";
import { mainOf } from "./main.ts";
import { trainArguments } from "../src/commands/train_arguments.ts";
import { trainCommand } from "../src/commands/train_command.ts";
import { reporter } from "../src/commands/reporter.ts";
import { standardScreen } from "../src/cli/mod.ts";

/** Runs `train` with these arguments. */
export const main: Main = async (args) => {
  const { command, own } = await trainArguments(args);
  return await mainOf(command, (flags) => trainCommand(flags, standardScreen(), reporter, own))(
    args,
  );
};

if (import.meta.main) await runTask(main);
