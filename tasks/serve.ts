import { z } from "zod";
import { optionsSchema } from "../src/config/mod.ts";
import { type Main, messageOf, UsageError } from "../src/errors.ts";
import { mainOf, runForUser } from "./main.ts";
import { isLoopback, startServer } from "../src/serve/mod.ts";
import { Command, flagName, StopSignals } from "../src/cli/mod.ts";
import { configureThreads } from "../src/ffi/mod.ts";
import { program } from "../src/program.ts";
import { printable } from "../src/printable.ts";

/** Milliseconds that requests have to end after a signal. */
const patience = 10_000;

const [tokenForm, tokenRule] = [/^[\x21-\x7e]+$/, "must be visible characters without spaces"];

const name = z.string().regex(/^[\w.:-]+$/, "must be a name or an address");

const flagsSchema = z.strictObject({
  outputDir: optionsSchema.shape.outputDir,
  host: name.meta({ placeholder: "HOST" })
    .describe("where to listen; 0.0.0.0 lets the whole network read the runs").default("127.0.0.1"),
  allowHost: z.array(name).meta({ placeholder: "NAME" })
    .describe("a further name of this server, such as a reverse proxy's; may be repeated")
    .default([]),
  port: z.int().min(0).max(65535).describe("port, 0 for any that is free").default(8000),
  predict: z.boolean().default(false)
    .describe("predict with the runs' models too: POST /v1/predict?model=RUN"),
  watch: z.boolean().default(false)
    .describe("with --predict, take up a run's newer best weights, also while it trains"),
  batchWait: z.string().regex(/^\d{1,4}(\.\d+)?(ms)?$/, "must be milliseconds, as 2ms")
    .meta({ placeholder: "TIME" })
    .describe("with --predict, wait so long at most for requests that are still being sent")
    .default("2ms"),
  maxBatch: z.int().min(1).max(256)
    .describe("with --predict, images that are computed together at most").default(64),
  token: z.string().regex(tokenForm, tokenRule)
    .meta({ placeholder: "TOKEN" })
    .describe(
      "with --predict, what callers have to send; better in WICK_TOKEN, which ps does not show",
    )
    .optional(),
  allowOrigin: z.array(
    z.string().regex(/^https?:\/\/[^\s/?#]+$/, "must be an origin, as https://lab.example.org"),
  ).meta({ placeholder: "ORIGIN" })
    .describe("with --predict, an origin whose pages may call; may be repeated").default([]),
  threads: optionsSchema.shape.threads,
});

const command = new Command(flagsSchema, {
  usage: `${program} serve [flags]\n\nShows the runs in a browser, also while they train.`,
});

type Flags = z.output<typeof flagsSchema>;

/** The flags that mean something with --predict alone. */
const ofPredict = ["watch", "batchWait", "maxBatch", "token", "allowOrigin", "threads"] as const;

/** Runs `serve` with these arguments. */
export const main: Main = mainOf(command, async (given) => {
  const flags = flagsSchema.parse(given);
  const { outputDir: folder, host, allowHost: allowedHosts, port } = flags;
  const onError = (error: unknown) => console.error(`error: ${messageOf(error)}`);
  const predict = predictOptions(flags, given);
  if (predict) configureThreads(flags.threads);
  const server = startServer({ folder, host, allowedHosts, port, onError, predict });
  using _ = new StopSignals(() => void server.stop(patience));
  console.log(`The runs in ${printable(folder)}: ${server.address}  (Control-C ends it)`);
  if (predict) {
    const token = predict.token === undefined
      ? ""
      : ", with the token as Authorization: Bearer TOKEN";
    console.log(`Predictions: POST ${server.address}v1/predict?model=RUN${token}`);
  }
  await server.finished;
});

/** How the models predict; undefined where they do not. */
function predictOptions(flags: Flags, given: Partial<Flags>) {
  const { predict, watch, batchWait, maxBatch, allowOrigin: allowedOrigins, host } = flags;
  if (!predict) {
    const alone = ofPredict.find((key) => given[key] !== undefined);
    if (alone === undefined) return undefined;
    throw new UsageError(`--${flagName(alone)} is for predictions: add --predict`);
  }
  const token = flags.token ?? (Deno.env.get("WICK_TOKEN") || undefined);
  if (token !== undefined && !tokenForm.test(token)) {
    throw new UsageError(`WICK_TOKEN ${tokenRule}`);
  }
  if (token === undefined && !isLoopback(host)) {
    throw new UsageError(
      `--predict on ${host} needs a token, or all who reach it could use the models: ` +
        "set WICK_TOKEN, or add --token TOKEN",
    );
  }
  return { watch, batchWait: parseFloat(batchWait), maxBatch, allowedOrigins, token };
}

if (import.meta.main) await runForUser(main);
