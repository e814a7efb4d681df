import { z } from "zod";
import { Command } from "../src/cli/mod.ts";
import { recipesText } from "../src/commands/recipes_command.ts";
import type { Main } from "../src/errors.ts";
import { program } from "../src/program.ts";
import { mainOf, runForUser } from "./main.ts";

const command = new Command(z.strictObject({}), {
  usage: `${program} recipes\n\nLists what --recipe of train and of sweep --test can be given.`,
});

/** Runs `recipes` with these arguments. */
export const main: Main = mainOf(command, () => console.log(recipesText()));

if (import.meta.main) await runForUser(main);
