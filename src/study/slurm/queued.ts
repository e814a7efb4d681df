import { slurm } from "./command.ts";

/** A task of a study as Slurm has it. */
export interface QueuedTask {
  /** Slurm's number of the job array. */
  readonly id: string;
  /** The study's number of the job array. */
  readonly array: number;
  readonly index: number;
  readonly state: string;
  readonly node: string;
  /** Why it waits. */
  readonly reason: string;
}

/** States of tasks that ended, for whatever reason; Slurm tells them for a few minutes. */
const over = new Set([
  ...["COMPLETED", "CANCELLED", "FAILED", "TIMEOUT", "NODE_FAIL", "PREEMPTED", "BOOT_FAIL"],
  ...["DEADLINE", "OUT_OF_MEMORY", "REVOKED"],
]);

/** Whether a task waits, runs, or is just ending. */
export const isAlive = ({ state }: QueuedTask): boolean => !over.has(state);

/** The tasks that Slurm knows of a study, by the word in their names. */
export async function queuedTasks(word: string): Promise<QueuedTask[]> {
  const lines = await slurm(
    "squeue",
    ...["--me", "--noheader", "--array", "--states=all", "--format=%F|%K|%T|%N|%r|%j"],
  );
  return lines.split("\n").flatMap((line) => {
    const [id, index, state, node, reason, name] = line.trim().split("|");
    const [, found, array] = /\.([0-9a-f]{8})\.(\d+)$/.exec(name ?? "") ?? [];
    return found === word
      ? [{ id, array: Number(array), index: Number(index), state, node, reason }]
      : [];
  });
}

/** Cancels the tasks of a study that are not over; returns how many there were. */
export async function cancelTasks(word: string): Promise<number> {
  const alive = (await queuedTasks(word)).filter(isAlive);
  const ids = [...new Set(alive.map(({ id }) => id))];
  if (ids.length > 0) await slurm("scancel", ...ids);
  return alive.length;
}
