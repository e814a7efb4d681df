import { z } from "zod";
import { optionsSchema } from "../src/config/mod.ts";
import { type Main, messageOf } from "../src/errors.ts";
import { mainOf, runForUser } from "./main.ts";
import { startServer } from "../src/serve/mod.ts";
import { Command } from "../src/cli/mod.ts";
import { program } from "../src/program.ts";
import { printable } from "../src/printable.ts";

const flagsSchema = z.strictObject({
  outputDir: optionsSchema.shape.outputDir,
  host: z.string().regex(/^[\w.:-]+$/, "must be a name or an address")
    .meta({ placeholder: "HOST" })
    .describe("where to listen; 0.0.0.0 lets the whole network read the runs").default("127.0.0.1"),
  allowHost: z.array(z.string().regex(/^[\w.:-]+$/, "must be a name or an address"))
    .meta({ placeholder: "NAME" })
    .describe("a further name of this server, such as a reverse proxy's; may be repeated")
    .default([]),
  port: z.int().min(0).max(65535).describe("port, 0 for any that is free").default(8000),
});

const command = new Command(flagsSchema, {
  usage: `${program} serve [flags]\n\nShows the runs in a browser, also while they train.`,
});

/** Runs `serve` with these arguments. */
export const main: Main = mainOf(command, async (given) => {
  const { outputDir: folder, host, allowHost: allowedHosts, port } = flagsSchema.parse(given);
  const onError = (error: unknown) => console.error(`error: ${messageOf(error)}`);
  const server = startServer({ folder, host, allowedHosts, port, onError });
  console.log(`The runs in ${printable(folder)}: ${server.address}  (Control-C ends it)`);
  await server.finished;
});

if (import.meta.main) await runForUser(main);
