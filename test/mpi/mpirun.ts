import { fileURLToPath } from "node:url";

const root = fileURLToPath(new URL("../../", import.meta.url));

/** Why the tests of MPI cannot run here; undefined where they can. */
export const without: string | undefined = reason();

/** What a test's name ends in where it is skipped. */
export const note = without === undefined ? "" : ` (skipped: ${without})`;

function reason(): string | undefined {
  try {
    const { stdout } = new Deno.Command("mpirun", { args: ["--version"], stderr: "null" })
      .outputSync();
    if (new TextDecoder().decode(stdout).includes("Open MPI")) return undefined;
    return "mpirun is not Open MPI's";
  } catch (error) {
    if (error instanceof Deno.errors.NotFound) return "mpirun is not installed";
    throw error;
  }
}

/** Runs a module of the repository with these flags and arguments in so many processes. */
export const mpirun = (processes: number, args: readonly string[]): Deno.Command =>
  new Deno.Command("mpirun", {
    args: ["--oversubscribe", "-n", `${processes}`, Deno.execPath(), ...args],
    cwd: root,
    // As root in a container, with more processes than cores.
    env: {
      NO_COLOR: "1",
      OMPI_ALLOW_RUN_AS_ROOT: "1",
      OMPI_ALLOW_RUN_AS_ROOT_CONFIRM: "1",
      OMPI_MCA_mpi_yield_when_idle: "1",
    },
    stdout: "piped",
    stderr: "piped",
  });

/** What `deno` is given so that it runs a task of deno.json as `deno task` does. */
export function taskFlags(name: string): string[] {
  const { tasks } = JSON.parse(Deno.readTextFileSync(`${root}deno.json`));
  return tasks[name].command.split(" ").slice(1);
}

/** The processes that a process has started and that have not ended, in the order of their numbers. */
export function children(parent: number): number[] {
  const { stdout } = new Deno.Command("ps", { args: ["-A", "-o", "pid=,ppid=,stat="] })
    .outputSync();
  const rows = new TextDecoder().decode(stdout).trim().split("\n").map((row) =>
    row.trim().split(/\s+/)
  );
  return rows.filter(([, ppid, stat]) => Number(ppid) === parent && !stat.startsWith("Z"))
    .map(([pid]) => Number(pid)).sort((a, b) => a - b);
}

/** Whether a process is there and has not ended. */
export function runs(pid: number): boolean {
  const { stdout } = new Deno.Command("ps", { args: ["-o", "stat=", "-p", `${pid}`] })
    .outputSync();
  const stat = new TextDecoder().decode(stdout).trim();
  return stat !== "" && !stat.startsWith("Z");
}
