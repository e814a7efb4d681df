import { parseArgs } from "@std/cli/parse-args";
import { runTask, UsageError } from "../src/errors.ts";
import { models } from "../src/models/mod.ts";
import { aliasesOf } from "../src/settings/mod.ts";
import { embeddedModel, program } from "../src/program.ts";
import { evaluateFlagsSchema } from "../src/commands/evaluate_flags.ts";
import { Command } from "../src/cli/mod.ts";

const command = new Command(evaluateFlagsSchema, {
  usage: `${program} evaluate RUN_FOLDER|WEIGHTS.safetensors [flags]`,
  values: aliasesOf(models),
  positional: ["RUN_FOLDER|WEIGHTS.safetensors"],
});

/** Runs `evaluate` with these arguments. */
export async function main(args: string[]): Promise<number | void> {
  const parsed = parseArgs(command.arguments(args), command.parseOptions);
  const flags = command.read(parsed);
  if (flags === undefined) return console.log(command.help());
  const [path = embeddedModel()] = parsed._;
  if (path === undefined) throw new UsageError(`Which run? ${program} evaluate RUN_FOLDER`);
  const { evaluateCommand } = await import("../src/commands/evaluate_command.ts");
  const colour = Deno.stdout.isTerminal() && !Deno.noColor;
  await evaluateCommand(String(path), flags, (text) => console.log(text), colour);
}

if (import.meta.main) await runTask(main);
