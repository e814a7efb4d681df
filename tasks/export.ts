import { type Main, UsageError } from "../src/errors.ts";
import { mainOf, runForUser } from "./main.ts";
import { exportCommand, exportFlagsSchema } from "../src/commands/export_command.ts";
import { Command } from "../src/cli/mod.ts";
import { models } from "../src/models/mod.ts";
import { aliasesOf } from "../src/settings/mod.ts";
import { embeddedModel, program } from "../src/program.ts";

const embedded = embeddedModel();
const run = "RUN_FOLDER|WEIGHTS.safetensors";

const command = new Command(exportFlagsSchema, {
  usage: embedded === undefined
    ? `${program} export ${run} --onnx FILE.onnx [flags]`
    : `${program} export [${run}] --onnx FILE.onnx [flags]\n` +
      "Without one, the model inside is exported.",
  values: aliasesOf(models),
  positional: [run],
});

/** Runs `export` with these arguments. */
export const main: Main = mainOf(command, async (flags, [path = embedded]) => {
  if (path === undefined) {
    throw new UsageError(`Which run? ${program} export RUN_FOLDER --onnx FILE.onnx`);
  }
  await exportCommand(path, flags, (text) => console.log(text));
});

if (import.meta.main) await runForUser(main);
