/** A command that has to exit with 0. */
export interface Check {
  readonly name: string;
  readonly command: readonly string[];
  readonly env?: Readonly<Record<string, string>>;
  /** A program without which the check is skipped. */
  readonly needs?: string;
  /** Why the check cannot be done on this system. */
  readonly impossible?: string;
}

type Outcome = "passed" | "failed" | "skipped";

/** Runs every check, also after one that failed, and sums up; returns the exit code. */
export async function runChecks(checks: readonly Check[]): Promise<number> {
  const lines: string[] = [];
  const counts: Record<Outcome, number> = { passed: 0, failed: 0, skipped: 0 };
  for (const check of checks) {
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
}

async function run(check: Check): Promise<{ outcome: Outcome; reason?: string }> {
  const { name, command, env, needs, impossible } = check;
  if (impossible) return { outcome: "skipped", reason: impossible };
  if (needs && !await isInstalled(needs)) {
    return { outcome: "skipped", reason: `${needs} is not installed` };
  }
  console.log(`\n${name}: ${command.join(" ")}`);
  const [program, ...args] = command;
  const { success } = await new Deno.Command(program, { args, env, stdin: "null" }).spawn().status;
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
