/** What tells a stream of the process from another, as far as a terminal goes. */
type Stream = Pick<typeof Deno.stdout, "isTerminal">;

/** The columns of a page where no terminal says how many it has. */
export const pageColumns = 80;

/**
 * Whether a stream may be sent escapes, such as colours and the clearing of a line: it is a terminal,
 * NO_COLOR is not set, and TERM is not `dumb`.
 */
export function takesEscapes(stream: Stream): boolean {
  return stream.isTerminal() && !Deno.noColor && termOf() !== "dumb";
}

/** The terminal's columns as they are now; undefined where there is no terminal, or it has no size. */
export function terminalColumns(): number | undefined {
  try {
    return Deno.consoleSize().columns || undefined;
  } catch {
    return undefined; // the system has no terminal to ask
  }
}

/** The columns that a table on standard output should fit: any number where that is no terminal. */
export const printColumns = (): number =>
  Deno.stdout.isTerminal() ? terminalColumns() ?? pageColumns : Infinity;

/** TERM, where the process may read it: who imports wick need not allow that. */
function termOf(): string | undefined {
  const { state } = Deno.permissions.querySync({ name: "env", variable: "TERM" });
  return state === "granted" ? Deno.env.get("TERM") : undefined;
}
