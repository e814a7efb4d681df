import { printable, printableLines } from "./printable.ts";

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

/** A file could not be written: the machine's failure, and not that of what was asked for. */
export class WriteError extends UserError {
  constructor(path: string, cause: unknown) {
    super(`Cannot write ${path}: ${messageOf(cause)}`, { cause });
  }
}

/**
 * The sentence of whatever was thrown, to stand alone or in another one: without a stack, without the
 * call and the path that Deno adds to what the system says, and without a full stop, since a sentence
 * may end in a command.
 */
export function messageOf(error: unknown): string {
  const { NotADirectory, AlreadyExists } = Deno.errors;
  if (error instanceof NotADirectory || error instanceof AlreadyExists) {
    return "a part of that path is a file, no folder";
  }
  const text = error instanceof Error ? error.message : String(error);
  return text.replace(/(?<=\(os error \d+\)): \w+ '.*$/s, "").replace(/(?<!\.)\.$/, "");
}

/** Says on standard error what a result should be read with: standard output may be JSON. */
export const warn = (text: string): void => console.error(`warning: ${printable(text)}`);

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
    const isClear = error instanceof UserError || !(error instanceof Error);
    const text = isClear ? messageOf(error) : error.message; // with the path that Deno names
    console.error(`error: ${printableLines(text)}`);
    Deno.exit(error instanceof UserError ? error.exitCode : 1);
  }
}
