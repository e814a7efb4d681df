import { parseArgs } from "@std/cli/parse-args";
import { runTask, UsageError } from "../src/errors.ts";
import { reproduceFlagsSchema } from "../src/experiment/reproduce_flags.ts";
import { Command } from "../src/train/flags.ts";
import { standardScreen } from "../src/train/progress.ts";

const command = new Command(reproduceFlagsSchema, {
  usage: "deno task reproduce RUN_FOLDER|RESULTS.json [flags]",
  positional: ["RUN_FOLDER|RESULTS.json"],
});

if (import.meta.main) {
  await runTask(async () => {
    const parsed = parseArgs(command.arguments(Deno.args), command.parseOptions);
    const flags = command.read(parsed);
    if (flags === undefined) return console.log(command.help());
    const [path] = parsed._;
    if (path === undefined) throw new UsageError("What? deno task reproduce RUN_FOLDER");
    const { reproduceCommand } = await import("../src/experiment/reproduce_command.ts");
    return await reproduceCommand(String(path), flags, standardScreen());
  });
}
