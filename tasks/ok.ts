import { parseArgs } from "@std/cli/parse-args";
import { runTask, UsageError } from "../src/errors.ts";
import { type Check, checks } from "./ok/checks.ts";

const usage = `deno task ok [--skip-tests]

Runs every check of the gate, also after one that failed, and sums up.

  --skip-tests  leave out "deno task test", where it has run already`;

type Outcome = "passed" | "failed" | "skipped";

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
    const lines: string[] = [];
    const counts: Record<Outcome, number> = { passed: 0, failed: 0, skipped: 0 };
    for (const check of checks(!flags["skip-tests"])) {
      const start = performance.now();
      const { outcome, reason } = await run(check);
      const seconds = ((performance.now() - start) / 1000).toFixed(1);
      counts[outcome]++;
      lines.push(`${outcome.padEnd(8)} ${check.name}${reason ? `: ${reason}` : ` (${seconds} s)`}`);
    }
    console.log(`\n${lines.join("\n")}`);
    console.log(
      `checks: ${counts.passed} passed, ${counts.failed} failed, ${counts.skipped} skipped`,
    );
    return counts.failed > 0 ? 1 : 0;
  });
}

async function run(check: Check): Promise<{ outcome: Outcome; reason?: string }> {
  if (check.needs && !await isInstalled(check.needs)) {
    return { outcome: "skipped", reason: `${check.needs} is not installed` };
  }
  console.log(`\n${check.name}: ${check.command.join(" ")}`);
  const [program, ...args] = check.command;
  const { success } = await new Deno.Command(program, { args, stdin: "null" }).spawn().status;
  return { outcome: success ? "passed" : "failed" };
}

/** Whether a program can be started; Deno lets nothing run that was missing when it started. */
async function isInstalled(program: string): Promise<boolean> {
  try {
    await new Deno.Command(program, { args: ["--version"] }).output();
    return true;
  } catch (error) {
    if (error instanceof Deno.errors.NotFound || error instanceof Deno.errors.NotCapable) {
      return false;
    }
    throw error;
  }
}
