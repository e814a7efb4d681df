import { parseArgs } from "@std/cli/parse-args";
import { runTask } from "../src/errors.ts";
import { Command } from "../src/train/flags.ts";
import { trainFlagsSchema } from "../src/train/options.ts";
import { standardScreen } from "../src/train/progress.ts";
import { trainCommand } from "../src/train/train_command.ts";

const command = new Command(trainFlagsSchema, {
  usage: "deno task train --model NAME [flags], or deno task train --resume RUN_FOLDER",
  alias: { b: "batch-size", wd: "weight-decay" },
  values: { mlp: "nonlinear" },
});

if (import.meta.main) {
  await runTask(() => {
    const flags = command.read(
      parseArgs(command.arguments(Deno.args), command.parseOptions),
    );
    if (flags !== undefined) return trainCommand(flags, standardScreen());
    console.log(command.help());
  });
}
