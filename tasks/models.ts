import { z } from "zod";
import { Command } from "../src/cli/mod.ts";
import { modelsText } from "../src/commands/models_command.ts";
import { configSchema } from "../src/config/mod.ts";
import type { Main } from "../src/errors.ts";
import { program } from "../src/program.ts";
import { mainOf, runForUser } from "./main.ts";

const command = new Command(z.strictObject({ batchSize: configSchema.shape.batchSize }), {
  usage: `${program} models [flags]\n\nLists the models with their size and cost.`,
  alias: { b: "batch-size" },
});

/** Runs `models` with these arguments. */
export const main: Main = mainOf(
  command,
  ({ batchSize = 32 }) => console.log(modelsText(batchSize)),
);

if (import.meta.main) await runForUser(main);
