import { parseArgs } from "@std/cli/parse-args";
import { runTask, UsageError } from "../src/errors.ts";
import { runChecks } from "./ok/run_checks.ts";
import { sanitizeChecks } from "./sanitize/checks.ts";

const usage = `deno task sanitize [--inputs N]

Runs the thread pool under loom and the native tests under AddressSanitizer. The first start builds
candle again, which takes some minutes.

  --inputs N  hostile sequences of calls that the library is given (default 40000)`;

interface SanitizeFlags {
  readonly inputs: string;
  readonly help: boolean;
}

if (import.meta.main) {
  await runTask(async () => {
    const { inputs, help }: SanitizeFlags = parseArgs(Deno.args, {
      boolean: ["help"],
      string: ["inputs"],
      default: { inputs: "40000" },
      unknown: (argument: string) => {
        throw new UsageError(`Unknown argument ${argument}: see "deno task sanitize --help"`);
      },
    });
    if (help) return console.log(usage);
    if (!/^[1-9]\d{0,8}$/.test(inputs)) {
      throw new UsageError(`--inputs must be a whole number above 0, not ${inputs}`);
    }
    return await runChecks(sanitizeChecks(Number(inputs)));
  });
}
