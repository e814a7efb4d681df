import { parseArgs } from "@std/cli/parse-args";
import { runTask } from "../src/errors.ts";
import { compareFlagsSchema } from "../src/report/comparison/compare_flags.ts";
import { Command } from "../src/train/flags.ts";

const command = new Command(compareFlagsSchema, {
  usage: "deno task compare [RUN_FOLDER...] [flags]; the newest run of each model by default",
  positional: ["RUN_FOLDER..."],
});

if (import.meta.main) {
  await runTask(async () => {
    const parsed = parseArgs(command.arguments(Deno.args), command.parseOptions);
    const flags = command.read(parsed);
    if (flags === undefined) return console.log(command.help());
    const { compareCommand } = await import("../src/report/comparison/compare_command.ts");
    const width = Deno.stdout.isTerminal() ? Deno.consoleSize().columns : Infinity;
    await compareCommand(parsed._.map(String), flags, (text) => console.log(text), width);
  });
}
