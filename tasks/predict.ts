import { parseArgs } from "@std/cli/parse-args";
import { runTask, UsageError } from "../src/errors.ts";
import { predictFlagsSchema } from "../src/commands/predict_flags.ts";
import { Command } from "../src/cli/mod.ts";
import { models } from "../src/models/mod.ts";
import { aliasesOf } from "../src/settings/mod.ts";
import { embeddedModel, program } from "../src/program.ts";

const command = new Command(predictFlagsSchema, {
  usage: `${program} predict RUN_FOLDER|WEIGHTS.safetensors IMAGE... [flags]\n` +
    "An IMAGE is a PNG, JPEG or IDX file, a folder of them, or - for standard input.",
  values: aliasesOf(models),
  positional: ["RUN_FOLDER|WEIGHTS.safetensors", "IMAGE..."],
});

/** Runs `predict` with these arguments. */
export async function main(args: string[]): Promise<number | void> {
  const parsed = parseArgs(command.arguments(args), command.parseOptions);
  const flags = command.read(parsed);
  if (flags === undefined) return console.log(command.help());
  const embedded = embeddedModel(); // with it, every argument is an image
  const [weights, ...images] = [
    ...embedded === undefined ? [] : [embedded],
    ...parsed._.map(String),
  ];
  if (images.length === 0) {
    throw new UsageError(`Which image? ${program} predict RUN_FOLDER IMAGE...`);
  }
  const { predictCommand } = await import("../src/commands/predict_command.ts");
  const colour = Deno.stdout.isTerminal() && !Deno.noColor;
  return await predictCommand(weights, images, flags, {
    print: (text) => console.log(text),
    complain: (text) => console.error(text),
    colour,
  });
}

if (import.meta.main) await runTask(main);
