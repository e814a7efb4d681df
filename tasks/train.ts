import { type Main, runTask } from "../src/errors.ts";
import { mainOf } from "./main.ts";
import { models } from "../src/models/mod.ts";
import { aliasesOf } from "../src/settings/mod.ts";
import { program, selfContained } from "../src/program.ts";
import { trainCommand } from "../src/commands/train_command.ts";
import { reporter } from "../src/commands/reporter.ts";
import { Command, standardScreen } from "../src/cli/mod.ts";
import { trainFlagsSchema } from "../src/config/mod.ts";

const supervised = selfContained ? "" : ` In containers and under
supervisors start ${program} itself, without npx: that dies of SIGTERM and leaves the run behind.`;

/** The command line of `train`. */
export const command = new Command(trainFlagsSchema, {
  usage: `${program} train --model NAME [flags], or ${program} train --resume RUN_FOLDER

Control-C, SIGTERM and a terminal that hangs up save the run.${supervised}`,
  alias: { b: "batch-size", wd: "weight-decay" },
  values: aliasesOf(models),
});

/** Runs `train` with these arguments. */
export const main: Main = mainOf(
  command,
  (flags) => trainCommand(flags, standardScreen(), reporter),
);

if (import.meta.main) await runTask(main);
