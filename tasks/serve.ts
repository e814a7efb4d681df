import { parseArgs } from "@std/cli/parse-args";
import { messageOf, runTask } from "../src/errors.ts";
import { serveFlagsSchema } from "../src/commands/serve_flags.ts";
import { startServer } from "../src/serve/mod.ts";
import { Command } from "../src/cli/mod.ts";
import { program } from "../src/program.ts";
import { printable } from "../src/printable.ts";

const command = new Command(serveFlagsSchema, {
  usage: `${program} serve [flags]\n\nShows the runs in a browser, also while they train.`,
});

/** Runs `serve` with these arguments. */
export async function main(args: string[]): Promise<void> {
  const given = command.read(parseArgs(command.arguments(args), command.parseOptions));
  if (given === undefined) return console.log(command.help());
  const { outputDir: folder, host, port } = serveFlagsSchema.parse(given);
  const onError = (error: unknown) => console.error(`error: ${messageOf(error)}`);
  const server = startServer({ folder, host, port, onError });
  console.log(`The runs in ${printable(folder)}: ${server.address}  (Control-C ends it)`);
  await server.finished;
}

if (import.meta.main) await runTask(main);
