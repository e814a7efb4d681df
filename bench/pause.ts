/** The processes that stand still, and would for ever if this program ended without resuming them. */
const standing = new Set<number>();

/**
 * Stops a process and all that it has started, so that it takes nothing from another one that is timed.
 * Returns what resumes them. Windows has no such signal: there nothing is stopped.
 */
export async function pause(process: number): Promise<() => void> {
  if (Deno.build.os === "windows") return () => {};
  const stopped = new Set<number>();
  // A process that stands still starts no more: this ends when nothing new is found.
  for (let found = [process]; found.length > 0; found = await startedBy(stopped)) {
    for (const each of found) {
      stopped.add(each);
      standing.add(each);
      signal(each, "SIGSTOP");
    }
  }
  return () => resume(stopped);
}

/**
 * Resumes every process when this program ends, by a signal too, unless it is killed at once. A terminal that closes is
 * left to the system, so that `nohup` works: the system then wakes what stands still.
 */
export function resumeAtExit(): void {
  globalThis.addEventListener("unload", () => resume(standing));
  if (Deno.build.os === "windows") return;
  for (const [name, number] of [["SIGINT", 2], ["SIGTERM", 15]] as const) {
    Deno.addSignalListener(name, () => Deno.exit(128 + number));
  }
}

function resume(processes: ReadonlySet<number>): void {
  for (const each of processes) {
    signal(each, "SIGCONT");
    standing.delete(each);
  }
}

/** Children of these processes that are not among them; empty where there is no ps. */
async function startedBy(processes: ReadonlySet<number>): Promise<number[]> {
  const ps = new Deno.Command("ps", { args: ["-A", "-o", "pid=", "-o", "ppid="] });
  const { stdout } = await ps.output().catch(() => ({ stdout: new Uint8Array() }));
  return new TextDecoder().decode(stdout).trim().split("\n")
    .map((line) => line.trim().split(/\s+/).map(Number))
    .filter(([child, parent]) => processes.has(parent) && !processes.has(child))
    .map(([child]) => child);
}

/** Sends a signal; a process that has ended is left alone. */
function signal(process: number, name: Deno.Signal): void {
  try {
    Deno.kill(process, name);
  } catch (error) {
    if (error instanceof Deno.errors.NotCapable) throw error;
  }
}
