import type { Main } from "../src/errors.ts";
import { mainOf, runForUser } from "./main.ts";
import { compareCommand, compareFlagsSchema } from "../src/commands/compare_command.ts";
import { Command, printColumns } from "../src/cli/mod.ts";
import { program } from "../src/program.ts";

const command = new Command(compareFlagsSchema, {
  usage: `${program} compare [RUN_FOLDER...] [flags]; the newest run of each model by default`,
  positional: ["RUN_FOLDER..."],
});

/** Runs `compare` with these arguments. */
export const main: Main = mainOf(command, async (flags, words) => {
  await compareCommand(words, flags, (text) => console.log(text), printColumns());
});

if (import.meta.main) await runForUser(main);
