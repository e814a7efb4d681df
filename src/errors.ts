import { printableLines } from "./printable.ts";

/** A failure that the person at the keyboard can act on: one clear sentence, exit code 1. */
export class UserError extends Error {
  /** The name by which it is told from other errors. */
  override readonly name: string = "UserError";
  /** What the process exits with. */
  readonly exitCode: number = 1;
}

/** A command line that cannot be understood: one clear sentence, exit code 2. */
export class UsageError extends UserError {
  override readonly name = "UsageError";
  override readonly exitCode = 2;
}

/** The message of whatever was thrown, without a stack. */
export function messageOf(error: unknown): string {
  return error instanceof Error ? error.message : String(error);
}

/** A command: does what its arguments ask for and returns the exit code, 0 where it returns none. */
export type Main = (args: string[]) => Promise<number | void> | number | void;

/**
 * Runs a command and exits with its code; a failure prints one sentence on standard error, in which
 * names from elsewhere cannot command the terminal.
 */
export async function runTask(main: Main): Promise<never> {
  // Beyond `ulimit -f` the system then lets a write fail instead of killing the process.
  if (Deno.build.os !== "windows") Deno.addSignalListener("SIGXFSZ", () => {});
  // Deno dies of SIGHUP under nohup too, unless somebody listens.
  const outlives = Deno.build.os !== "windows" && !Deno.stdout.isTerminal();
  if (outlives) Deno.addSignalListener("SIGHUP", () => {});
  try {
    Deno.exit(await main(Deno.args) ?? 0);
  } catch (error) {
    console.error(`error: ${printableLines(messageOf(error))}`);
    Deno.exit(error instanceof UserError ? error.exitCode : 1);
  }
}
