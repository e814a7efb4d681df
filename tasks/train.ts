import type { Main } from "../src/errors.ts";
import { mainOf, runForUser } from "./main.ts";
import { models } from "../src/models/mod.ts";
import { aliasesOf } from "../src/settings/mod.ts";
import { program } from "../src/program.ts";
import { trainCommand } from "../src/commands/train_command.ts";
import { reporter } from "../src/commands/reporter.ts";
import { Command, standardScreen } from "../src/cli/mod.ts";
import { trainFlagsSchema } from "../src/config/mod.ts";

/** The command line of `train`. */
export const command = new Command(trainFlagsSchema, {
  usage: `${program} train --model NAME [flags]\n${program} train --resume RUN_FOLDER [flags]`,
  alias: { b: "batch-size", wd: "weight-decay" },
  values: aliasesOf(models),
});

/** Runs `train` with these arguments. */
export const main: Main = mainOf(command, async (flags) => {
  using screen = standardScreen();
  return await trainCommand(flags, screen, reporter);
});

if (import.meta.main) await runForUser(main);
