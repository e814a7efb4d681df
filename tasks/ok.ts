import { parseArgs } from "@std/cli/parse-args";
import { runTask, UsageError } from "../src/errors.ts";
import { checks } from "./ok/checks.ts";
import { runChecks } from "./ok/run_checks.ts";

const usage = `deno task ok [--skip-tests]

Runs every check of the gate, also after one that failed, and sums up.

  --skip-tests  leave out "deno task test", where it has run already`;

interface OkFlags {
  readonly _: string[];
  readonly "skip-tests": boolean;
  readonly help: boolean;
}

if (import.meta.main) {
  await runTask(async () => {
    const flags: OkFlags = parseArgs(Deno.args, {
      boolean: ["skip-tests", "help"],
      string: ["_"],
      unknown: (argument: string) => {
        throw new UsageError(`Unknown argument ${argument}: see "deno task ok --help"`);
      },
    });
    if (flags.help) return console.log(usage);
    return await runChecks(checks(!flags["skip-tests"]));
  });
}
