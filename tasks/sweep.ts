import { parseArgs } from "@std/cli/parse-args";
import { expand } from "../src/experiment/mod.ts";
import { program } from "../src/program.ts";
import { sweepCommand, sweepFlagsSchema } from "../src/commands/sweep_command.ts";
import { commandText, studyCommand, studyFlagsSchema } from "../src/commands/study_command.ts";
import { studyArguments } from "../src/commands/study_settings.ts";
import { resultsCommand, resultsFlagsSchema } from "../src/commands/study_results.ts";
import { reporter } from "../src/commands/reporter.ts";
import { Command, standardScreen } from "../src/cli/mod.ts";
import { helpColumns, mainOf, runForUser } from "./main.ts";
import { moduleCommand, modulesIn, trainFlags } from "../src/commands/train_arguments.ts";
import { readStudyFile } from "../src/study/mod.ts";
import { messageOf, UsageError, UserError } from "../src/errors.ts";

const usage = `${program} sweep --model NAME --lr 0.1,0.01 --seed 1..5 [flags]
${program} sweep --random 40 --model NAME lr=log:1e-4..1 hidden=8..64 opt=sgd,adamw [flags]
${program} sweep STUDY.yaml [flags]
${program} sweep show|finish|export|status|cancel STUDY_FOLDER [flags]

Trains a run for each trial of a study, and shows the best ones by their validation figures. A flag \
takes several values as in --lr 0.1,0.01, whole numbers also as in --seed 1..5; key=values does the \
same for each setting of a config, with ranges as in lr=log:1e-4..1. A study that was killed goes on \
with the same command. The test set stays shut: finish opens it for the best trial alone.

With --launcher slurm the runs are tasks of Slurm's: this command submits them and waits; where it is \
killed they go on, and the same command again submits only what is missing.

With --test the runs lie in the output folder itself, one is trained after another and tested at its \
end, and the table has a row for each combination of values. Runs that lie in the output folder are \
not done again, and those that were interrupted go on. A run that fails is told of below the table, and \
the next one follows; the exit code is 1 where no run is finished, or one failed for another reason \
than a loss that became NaN or infinite.`;

const { alias, values } = trainFlags.options;
const flags = { ...studyFlagsSchema.shape, ...sweepFlagsSchema.shape };
const command = new Command(studyFlagsSchema.extend(flags), { usage, alias, values });
const testCommand = new Command(sweepFlagsSchema, { usage, alias, values });
const resultsUsage = `${program} sweep show STUDY_FOLDER [--output FOLDER]
${program} sweep finish STUDY_FOLDER
${program} sweep export STUDY_FOLDER [--output RECIPE.json]
${program} sweep status|cancel STUDY_FOLDER

Shows a study's results, and writes them as CSV and JSON; opens the test set for the best trial, once; \
writes the config of the best trial as a recipe; or shows or cancels the tasks that Slurm has of it.`;
const results = mainOf(
  new Command(resultsFlagsSchema, { usage: resultsUsage, positional: ["WHAT", "STUDY_FOLDER"] }),
  (flags, [what, folder]) => {
    if (folder === undefined) throw new UsageError(`Which study? ${resultsUsage.split("\n")[0]}`);
    using screen = standardScreen();
    return resultsCommand(what, folder, flags, screen, reporter);
  },
);

/** Runs `sweep` with these arguments. */
export async function main(args: string[]): Promise<number | void> {
  if (["show", "finish", "export", "status", "cancel"].includes(args[0])) {
    return await results(args);
  }
  const asksForHelp = args.some((arg) => arg === "--help" || arg === "-h");
  if (asksForHelp) return console.log(command.help(helpColumns()));
  if (args.includes("--test")) return await tested(args.filter((arg) => arg !== "--test"));
  const modules = await modulesIn(args);
  const { file: path, ...divided } = studyArguments(args, alias ?? {}, ownSettings(modules));
  const file = path === undefined ? undefined : readStudyFile(path);
  for (const { name, place } of file?.request.models ?? []) {
    try {
      for (const found of await modulesIn(["--model", name])) modules.set(...found);
    } catch (error) {
      throw error instanceof UserError ? new UsageError(`${place}: ${messageOf(error)}`) : error;
    }
  }
  const read = command.read(parseArgs(command.arguments(divided.rest), command.parseOptions));
  using screen = standardScreen();
  const { output, ...given } = read ?? {};
  const call = { ...divided, flags: given, file, modules, command: commandText(args) };
  return await studyCommand(call, screen, output);
}

/** Trains each combination and tests it. */
async function tested(args: string[]): Promise<number | void> {
  const modules = await modulesIn(args);
  const lines = expand(testCommand.arguments(args), alias, ownSettings(modules));
  const runs = lines.flatMap((line) => {
    const { output } = sweepFlagsSchema.shape;
    const { command: read = testCommand, own } = moduleCommand(modules, line, { output }) ?? {};
    const flags = read.read(parseArgs(read.arguments(line), read.parseOptions));
    return flags === undefined ? [] : { flags, own };
  });
  using screen = standardScreen();
  return await sweepCommand(runs, screen, reporter);
}

const ownSettings = (modules: Awaited<ReturnType<typeof modulesIn>>): string[] =>
  [...modules.values()].flatMap(({ model }) => Object.keys(model.settings));

if (import.meta.main) await runForUser(main);
