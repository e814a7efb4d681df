import { type Main, UsageError } from "../src/errors.ts";
import { mainOf, runForUser } from "./main.ts";
import { reportCommand, reportFlagsSchema } from "../src/commands/report_command.ts";
import { Command } from "../src/cli/mod.ts";
import { program } from "../src/program.ts";
import { printable } from "../src/printable.ts";

const command = new Command(reportFlagsSchema, {
  usage: `${program} report RUN_FOLDER [flags]\n${program} report STUDY_FOLDER`,
  positional: ["RUN_FOLDER"],
});

/** Runs `report` with these arguments. */
export const main: Main = mainOf(command, async (flags, [path]) => {
  if (path === undefined) throw new UsageError(`Which run? ${program} report RUN_FOLDER`);
  const report = await reportCommand(path, flags, (text) => console.error(text));
  console.log(printable(report));
});

if (import.meta.main) await runForUser(main);
