import { type Main, UsageError } from "../src/errors.ts";
import { mainOf, runForUser } from "./main.ts";
import { predictCommand, predictFlagsSchema } from "../src/commands/predict_command.ts";
import { Command, takesEscapes } from "../src/cli/mod.ts";
import { models } from "../src/models/mod.ts";
import { aliasesOf } from "../src/settings/mod.ts";
import { embeddedModel, program } from "../src/program.ts";

const embedded = embeddedModel(); // with it, every argument is an image
const usage = `${program} predict ${
  embedded === undefined ? "RUN_FOLDER|WEIGHTS.safetensors IMAGE..." : "IMAGE..."
}`;

const command = new Command(predictFlagsSchema, {
  usage: `${usage} [flags]\n` +
    "An IMAGE is a PNG, JPEG or IDX file, a folder of them, or - for standard input.",
  values: aliasesOf(models),
  positional: ["IMAGE..."],
});

/** Runs `predict` with these arguments. */
export const main: Main = mainOf(command, async (flags, words) => {
  const [weights, ...images] = [
    ...embedded === undefined ? [] : [embedded],
    ...words,
  ];
  if (images.length === 0) throw new UsageError(`Which image? ${usage}`);
  const colour = takesEscapes(Deno.stdout);
  return await predictCommand(weights, images, flags, {
    print: (text) => console.log(text),
    complain: (text) => console.error(text),
    colour,
  });
});

if (import.meta.main) await runForUser(main);
