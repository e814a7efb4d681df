import { type Main, messageOf, runTask } from "../src/errors.ts";
import { mainOf } from "./main.ts";
import { serveFlagsSchema } from "../src/commands/serve_flags.ts";
import { startServer } from "../src/serve/mod.ts";
import { Command } from "../src/cli/mod.ts";
import { program } from "../src/program.ts";
import { printable } from "../src/printable.ts";

const command = new Command(serveFlagsSchema, {
  usage: `${program} serve [flags]\n\nShows the runs in a browser, also while they train.`,
});

/** Runs `serve` with these arguments. */
export const main: Main = mainOf(command, async (given) => {
  const { outputDir: folder, host, port } = serveFlagsSchema.parse(given);
  const onError = (error: unknown) => console.error(`error: ${messageOf(error)}`);
  const server = startServer({ folder, host, port, onError });
  console.log(`The runs in ${printable(folder)}: ${server.address}  (Control-C ends it)`);
  await server.finished;
});

if (import.meta.main) await runTask(main);
