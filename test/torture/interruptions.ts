import { Random } from "../../src/tensor/mod.ts";
import { lines, pause, start } from "./child_process.ts";
import { readableCheckpoints, runResult } from "./run_files.ts";

/** What became of runs that were interrupted again and again. */
export interface Interruptions {
  /** Processes that were ended before their run was complete. */
  readonly interruptions: number;
  /** Of these, inside a save. */
  readonly insideSaves: number;
  /** Runs that were completed, each to the same bytes as the one that was never interrupted. */
  readonly runs: number;
}

/**
 * Ends training processes by `signal` at random moments, and resumes each run until it is
 * complete, until there were `count` interruptions, `insideSaves` of them inside a save. Throws at
 * the first run that cannot be resumed, that ends in other bytes, or that has a checkpoint which
 * cannot be read.
 */
export async function interrupt(
  signal: "SIGKILL" | "SIGINT" | "SIGTERM",
  count: number,
  { seed = 1, insideSaves: wanted = 0 } = {},
): Promise<Interruptions> {
  const parent = Deno.makeTempDirSync({ prefix: "wick-torture-" });
  try {
    const whole = await session(["new", parent], signal);
    if (whole.code !== 0) throw new Error(`exit ${whole.code}: ${whole.error}`);
    const expected = runResult(whole.folder);
    const moments = new Random(seed, "torture").uniforms(4 * count + 100);
    let [interruptions, insideSaves, runs, sessions] = [0, 0, 0, 0];
    while (interruptions < count || insideSaves < wanted) {
      let args = ["new", parent];
      while (true) {
        const wait = moments[sessions++ % moments.length] * whole.milliseconds;
        const { folder, code, error } = await session(args, signal, wait);
        if (code === 0) {
          if (runResult(folder) !== expected) throw new Error(`${folder} has other results`);
          Deno.removeSync(folder, { recursive: true });
          runs++;
          break;
        }
        if (!interruptionCodes[signal].includes(code)) throw new Error(`exit ${code}: ${error}`);
        interruptions++;
        if (readableCheckpoints(folder).insideSave) insideSaves++;
        args = ["resume", folder];
      }
    }
    return { interruptions, insideSaves, runs };
  } finally {
    Deno.removeSync(parent, { recursive: true });
  }
}

/** What a process exits with that was interrupted: by its own decision, or by the system's. */
const interruptionCodes = { SIGKILL: [137], SIGINT: [130], SIGTERM: [143] };

/** One process, interrupted `interruptAfter` milliseconds after its run folder is there. */
async function session(args: string[], signal: Deno.Signal, interruptAfter?: number) {
  const process = start("child.ts", ...args);
  const stderr = new Response(process.stderr).text();
  // A run that was killed between its end and its process's end has nothing to do, and names no folder.
  let folder = args[0] === "resume" ? args[1] : "";
  let begun = performance.now();
  for await (const line of lines(process.stdout)) {
    const found = /^run folder (.*)$/.exec(line)?.[1];
    if (found === undefined) continue;
    folder = found;
    begun = performance.now();
    if (interruptAfter !== undefined) pause(interruptAfter).then(() => end(process, signal));
  }
  const { code } = await process.status;
  await process.stdin.close().catch(() => {});
  return { folder, code, error: await stderr, milliseconds: performance.now() - begun };
}

function end(process: Deno.ChildProcess, signal: Deno.Signal): void {
  try {
    process.kill(signal);
  } catch {
    // It was complete before.
  }
}
