import { parseArgs } from "@std/cli/parse-args";
import { expand } from "../src/experiment/mod.ts";
import { program } from "../src/program.ts";
import { sweepCommand, sweepFlagsSchema } from "../src/commands/sweep_command.ts";
import { reporter } from "../src/commands/reporter.ts";
import { Command, standardScreen } from "../src/cli/mod.ts";
import { helpColumns, runForUser } from "./main.ts";
import { moduleCommand, modulesIn, trainFlags } from "../src/commands/train_arguments.ts";

const usage = `${program} sweep --model NAME [flags]

Trains a run for each combination of values, and prints a table of them. A flag takes several values \
as in --lr 0.1,0.01, whole numbers also as in --seed 1..5. Runs that lie in the output folder are not \
done again, and those that were interrupted go on. A run that fails is told of below the table, and \
the next one follows; the exit code is 1 where no run is finished, or one failed for another reason \
than a loss that became NaN or infinite.`;

const { alias, values } = trainFlags.options;
const command = new Command(sweepFlagsSchema, { usage, alias, values });

/** Runs `sweep` with these arguments. */
export async function main(args: string[]): Promise<number | void> {
  const modules = await modulesIn(args);
  const own = [...modules.values()].flatMap(({ model }) => Object.keys(model.settings));
  const lines = expand(command.arguments(args), command.options.alias, own);
  const runs = lines.flatMap((line) => {
    const { output } = sweepFlagsSchema.shape;
    const { command: read = command, own } = moduleCommand(modules, line, { output }) ?? {};
    const flags = read.read(parseArgs(read.arguments(line), read.parseOptions));
    return flags === undefined ? [] : { flags, own };
  });
  if (runs.length < lines.length) return console.log(command.help(helpColumns()));
  using screen = standardScreen();
  return await sweepCommand(runs, screen, reporter);
}

if (import.meta.main) await runForUser(main);
