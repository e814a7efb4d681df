import { UsageError, UserError } from "../errors.ts";
import { type AnyModel, isModelName, models } from "../models/mod.ts";
import { program } from "../program.ts";
import { withName } from "../settings/mod.ts";

/** What can be begun with a commented starter. */
const starters: Readonly<Record<string, (name: string) => string>> = { model: modelStarter };

/** Writes a starter into the working folder; never over a file that is there. */
export function initCommand(
  what: string | undefined,
  name: string | undefined,
  tell: (text: string) => void,
): void {
  const starter = starters[what ?? ""];
  if (starter === undefined) {
    throw new UsageError(`What to begin? There is: ${program} init model NAME`);
  }
  if (name === undefined || !isModelName(name)) {
    throw new UsageError(
      `${program} init model needs a name that begins with a letter and has letters, digits, - and _` +
        (name === undefined ? "" : `, not "${name}"`),
    );
  }
  if (withName<AnyModel>(models, name) !== undefined) {
    throw new UsageError(`There is a model "${name}" already: choose another name`);
  }
  const path = `./${name}.ts`;
  try {
    Deno.writeTextFileSync(path, starter(name), { createNew: true });
  } catch (error) {
    if (!(error instanceof Deno.errors.AlreadyExists)) throw error;
    throw new UserError(`${path} is there already: choose another name`);
  }
  tell(`${path}: a model to begin with\n${program} train --model ${path} --help`);
}

function modelStarter(name: string): string {
  return `import { conv2d, flatten, linear, maxPool2d, model, relu, sequential } from "@wick/wick";
import { z } from "zod";

/** Two convolutions and a linear layer. Train it: ${program} train --model ./${name}.ts */
export default model({
  name: "${name}", // what the run folders are called
  title: "two convolutions", // what --help says of it

  // Each setting is a flag, --width 32, with its check, its default and its line in --help.
  settings: {
    width: z.int().min(1).max(1024).default(16).describe("channels of the first convolution"),
  },

  // What a training takes where no flag says otherwise.
  defaults: { opt: "adamw", lr: 0.002, epochs: 5 },

  // The layers for images of this shape. A layer of one's own is { kind, forward: (x) => ... };
  // the ones there are stand in src/nn.
  build: ({ width }, { channels, height, width: columns, classes }) =>
    sequential(
      conv2d(channels, width, { kernel: 3, padding: 1 }),
      relu,
      maxPool2d(2), // [batch, width, height / 2, columns / 2]
      conv2d(width, 2 * width, { kernel: 3, padding: 1 }),
      relu,
      maxPool2d(2),
      flatten,
      linear(2 * width * Math.floor(height / 4) * Math.floor(columns / 4), classes),
    ),
});
`;
}
