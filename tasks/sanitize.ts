import { z } from "zod";
import { Command } from "../src/cli/mod.ts";
import { runTask } from "../src/errors.ts";
import { mainOf } from "./main.ts";
import { runChecks } from "./ok/run_checks.ts";
import { sanitizeChecks } from "./sanitize/checks.ts";
import { program } from "../src/program.ts";

const command = new Command(
  z.strictObject({
    inputs: z.int().min(1).max(999_999_999)
      .describe("hostile sequences of calls that the library is given").default(40_000),
  }),
  {
    usage: `${program} sanitize [flags]

Runs the thread pool under loom and the native tests under AddressSanitizer. The first start builds \
candle again, which takes some minutes.`,
  },
);

const main = mainOf(
  command,
  (flags) => runChecks(sanitizeChecks(command.schema.parse(flags).inputs)),
);

if (import.meta.main) await runTask(main);
