import { lines, startWith } from "../torture/child_process.ts";
import { readers } from "./readers.ts";
import { requestReaders } from "./request_readers.ts";

/** What can be fuzzed: each reader of files, and the native library's exports. */
export const targets: readonly string[] = [...Object.keys(readers), "native calls"];

/** What of them takes a whole request over a connection, and so longer. */
export const slowTargets: readonly string[] = Object.keys(requestReaders);

/** What became of the inputs. */
export interface Counts extends Readonly<Record<string, number>> {
  readonly inputs: number;
  readonly accepted: number;
  readonly refused: number;
}

/** How long the process may be silent, in milliseconds; 10,000 inputs lie between two of its lines. */
const patience = 300_000;

/**
 * Gives a target so many inputs in a process of its own. Throws where one of them crashes it, takes
 * over a second or leads to an error that is not meant for it, and where it takes over 256 MiB.
 */
export async function fuzz(target: string, count: number): Promise<Counts> {
  // Deno lets only a process with all permissions read how much memory it had.
  // Garbage that V8 lets lie is nothing that an input takes: it keeps less of it than it would.
  const env = { WICK_MEMORY_MIB: "16", DENO_V8_FLAGS: "--max-semi-space-size=8" };
  const options = { permissions: "-A", env };
  const process = startWith(options, "../fuzz/child.ts", target, String(count));
  const stderr = new Response(process.stderr).text();
  let last = "its start";
  let silence = setTimeout(() => process.kill("SIGKILL"), patience);
  for await (const line of lines(process.stdout)) {
    clearTimeout(silence);
    silence = setTimeout(() => process.kill("SIGKILL"), patience);
    last = line;
  }
  clearTimeout(silence);
  const { code, signal } = await process.status;
  await process.stdin.close().catch(() => {});
  const said = (await stderr).trim();
  if (code === 0) return JSON.parse(last);
  throw new Error(`${target} after ${last}: ${said} (${signal ?? `exit code ${code}`})`);
}
