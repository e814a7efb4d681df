import { type Main, UsageError } from "../src/errors.ts";
import { mainOf, runForUser } from "./main.ts";
import { models } from "../src/models/mod.ts";
import { aliasesOf } from "../src/settings/mod.ts";
import { embeddedModel, program } from "../src/program.ts";
import { evaluateCommand, evaluateFlagsSchema } from "../src/commands/evaluate_command.ts";
import { Command, printColumns, takesEscapes } from "../src/cli/mod.ts";

const embedded = embeddedModel();
const run = "RUN_FOLDER|WEIGHTS.safetensors|MODEL.onnx";

const command = new Command(evaluateFlagsSchema, {
  usage: embedded === undefined
    ? `${program} evaluate ${run} [flags]`
    : `${program} evaluate [${run}] [flags]\nWithout one, the model inside is evaluated.`,
  values: aliasesOf(models),
  positional: [run],
});

/** Runs `evaluate` with these arguments. */
export const main: Main = mainOf(command, async (flags, [path = embedded]) => {
  if (path === undefined) throw new UsageError(`Which run? ${program} evaluate RUN_FOLDER`);
  const page = { colour: takesEscapes(Deno.stdout), columns: printColumns() };
  await evaluateCommand(path, flags, (text) => console.log(text), page);
});

if (import.meta.main) await runForUser(main);
