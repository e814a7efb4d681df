import { UserError } from "../../errors.ts";
import { configureThreads } from "../../ffi/mod.ts";
import type { StopSignal } from "../../cli/mod.ts";
import { LockedError } from "../../run/mod.ts";
import { type Outcome, trainTrial, Workshop } from "../train_trial.ts";
import { readTasks } from "./arrays.ts";
import { slurm } from "./command.ts";
import { writeOutcome } from "./outcomes.ts";

/** What a task of a job array is called with. */
export interface TaskCall {
  /** The study's folder. */
  readonly study: string;
  /** The study's number of the array. */
  readonly array: number;
  readonly index: number;
  /** Slurm's number of the array. */
  readonly id: string;
}

/**
 * The life of a task: trains the run that has its index, and writes what became of it. Asked to stop
 * by SIGTERM, or where the folder's lock is still held for a node that is gone, it goes back into the
 * queue. Returns the exit code.
 */
export async function slurmTask({ study, array, index, id }: TaskCall): Promise<number> {
  const signals: { received: StopSignal | undefined } = { received: undefined };
  Deno.addSignalListener("SIGTERM", () => signals.received = "SIGTERM");
  const { threads, jobs } = readTasks(study, array);
  configureThreads(threads);
  const job = jobs[index];
  const epoch = (epoch: number) => console.log(`${job.folder}: epoch ${epoch}`);
  let outcome: Outcome;
  try {
    outcome = await trainTrial(job, new Workshop(), { signals, epoch });
  } catch (error) {
    if (!(error instanceof LockedError)) throw error;
    console.log(error.message);
    outcome = { state: "stopped" };
  }
  console.log(`${job.folder}: ${outcome.state}`);
  if (outcome.state === "stopped") return await requeue(`${id}_${index}`);
  writeOutcome(study, job, outcome);
  return 0;
}

/** Puts a task into the queue again, unless Slurm is about to end it: it was cancelled then. */
async function requeue(task: string): Promise<number> {
  for (let attempt = 1;; attempt++) {
    try {
      const state = await slurm("squeue", "--noheader", `--jobs=${task}`, "--format=%T");
      if (state !== "RUNNING") return 143;
      await slurm("scontrol", "requeue", task);
      return 0;
    } catch (error) {
      // Slurm may be busy, or still about to begin the task.
      if (!(error instanceof UserError) || attempt === attempts) throw error;
      await new Promise((resolve) => setTimeout(resolve, 3000));
    }
  }
}

/** How often a task asks Slurm to queue it again, in the minute that it is given. */
const attempts = 10;
