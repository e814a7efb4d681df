import { z } from "zod";
import type { Main } from "../src/errors.ts";
import { Command } from "../src/cli/mod.ts";
import { initCommand } from "../src/commands/init_command.ts";
import { program } from "../src/program.ts";
import { mainOf, runForUser } from "./main.ts";

const command = new Command(z.strictObject({}), {
  usage: `${program} init model NAME\n\nWrites NAME.ts, a commented model to begin with.`,
  positional: ["model", "NAME"],
});

/** Runs `init` with these arguments. */
export const main: Main = mainOf(
  command,
  (_flags, [what, name]) => initCommand(what, name, console.log),
);

if (import.meta.main) await runForUser(main);
