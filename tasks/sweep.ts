import { parseArgs } from "@std/cli/parse-args";
import { expand } from "../src/experiment/mod.ts";
import { program } from "../src/program.ts";
import { sweepCommand } from "../src/commands/sweep_command.ts";
import { reporter } from "../src/commands/reporter.ts";
import { standardScreen } from "../src/cli/mod.ts";
import { helpColumns, runForUser } from "./main.ts";
import { trainFlags as command } from "../src/commands/train_arguments.ts";

const usage = `${program} sweep --model NAME [flags]

Trains a run for each combination of values, and prints a table of them. A flag takes several values \
as in --lr 0.1,0.01, whole numbers also as in --seed 1..5. Runs that lie in the output folder are not \
done again, and those that were interrupted go on.`;

/** Runs `sweep` with these arguments. */
export async function main(args: string[]): Promise<number | void> {
  const lines = expand(command.arguments(args), command.options.alias);
  const runs = lines.map((line) => command.read(parseArgs(line, command.parseOptions)));
  const known = runs.filter((flags) => flags !== undefined);
  if (known.length < runs.length) {
    return console.log(command.help(helpColumns(), usage));
  }
  using screen = standardScreen();
  return await sweepCommand(known, screen, reporter);
}

if (import.meta.main) await runForUser(main);
