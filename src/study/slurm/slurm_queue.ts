import { resolve } from "node:path";
import { milliseconds } from "../../clock.ts";
import { messageOf, UserError } from "../../errors.ts";
import { readDigests } from "../../run/mod.ts";
import type { Ledger } from "../ledger.ts";
import type { Job, Outcome } from "../train_trial.ts";
import type { Trainer } from "../work.ts";
import { readTasks, studyWord, submitArray, type TaskList } from "./arrays.ts";
import { jobName, readOutcome } from "./outcomes.ts";
import { cancelTasks, isAlive, type QueuedTask, queuedTasks } from "./queued.ts";
import type { Resources } from "./resources.ts";

/** Milliseconds between two looks for outcomes, and between two questions to Slurm. */
const standardTimes = { outcomes: 1000, newJobs: 2000, queue: 10_000 };

/** How long an outcome that was written may be hidden by a network file system's memory. */
const hidden = 120_000;

/** How often a job's tasks may end without an outcome and without a new epoch. */
const failedEnds = 3;

/** Ends that say nothing about the job: people and nodes are their reason. */
const blameless = new Set(["CANCELLED", "NODE_FAIL", "PREEMPTED", "BOOT_FAIL", "REVOKED"]);

/** What is usual of tasks that wait. */
const usualReasons = new Set([
  ...["None", "Resources", "Priority", "BeginTime", "JobArrayTaskLimit"],
]);

/** A job that is asked for and has no outcome yet. */
interface Waiting {
  readonly job: Job;
  readonly epoch: (epoch: number) => void;
  readonly end: (outcome: Outcome | Promise<never>) => void;
  /** Whether a task of it is known of. */
  submitted: boolean;
  epochs: number;
  /** How often its tasks ended without an outcome since its last epoch. */
  ends: number;
  /** Since when a task of it has been over. */
  over?: number;
}

/** What tells a {@linkcode SlurmQueue} what it is for. */
export interface QueueOptions {
  readonly ledger: Ledger;
  readonly resources: Resources;
  /** The threads of each task. */
  readonly threads: number;
  readonly times?: typeof standardTimes;
  /** Shows a line to the user. */
  readonly say: (line: string) => void;
}

/**
 * Has jobs trained by tasks of Slurm's. Each is asked for once: tasks that an earlier process submitted
 * are found by their names, and a job whose task ended without an outcome is submitted again.
 */
export class SlurmQueue implements Trainer {
  readonly #waiting = new Map<string, Waiting>();
  readonly #lists = new Map<number, TaskList>();
  readonly #said = new Set<string>();
  #isWorking = false;
  #isStopped = false;

  constructor(readonly options: QueueOptions) {}

  train(job: Job, epoch: (epoch: number) => void): Promise<Outcome> {
    if (this.#isStopped) return Promise.resolve({ state: "stopped" });
    const promise = new Promise<Outcome>((end) =>
      this.#waiting.set(jobName(job), { job, epoch, end, submitted: false, epochs: 0, ends: 0 })
    );
    if (!this.#isWorking) this.#work().catch((error) => this.#break(error));
    return promise;
  }

  /** Waits no longer; the tasks go on. */
  stop(): void {
    this.#isStopped = true;
    for (const { end } of this.#waiting.values()) end({ state: "stopped" });
    this.#waiting.clear();
  }

  /** Cancels all tasks of the study, those too that are just being submitted. */
  async cancel(): Promise<void> {
    this.stop();
    while (this.#isWorking) await pause(50);
    const word = studyWord(this.options.ledger);
    if (word !== undefined) await cancelTasks(word);
  }

  #break(error: unknown): void {
    this.#isWorking = false;
    for (const waiting of this.#waiting.values()) this.#end(waiting, Promise.reject(error));
  }

  /** Looks after the jobs until none is left. */
  async #work(): Promise<void> {
    this.#isWorking = true;
    const { times = standardTimes } = this.options;
    let looked = -Infinity;
    await pause(0); // all jobs that are asked for together are one array
    while (this.#waiting.size > 0) {
      for (const waiting of this.#waiting.values()) this.#take(waiting);
      const all = [...this.#waiting.values()];
      const between = all.some(({ submitted }) => !submitted) ? times.newJobs : times.queue;
      if (all.length > 0 && milliseconds() - looked >= between) {
        await this.#look();
        looked = milliseconds();
      }
      if (this.#waiting.size > 0) await pause(times.outcomes);
    }
    this.#isWorking = false;
  }

  /** Ends a job that has an outcome; returns whether it has. */
  #take(waiting: Waiting): boolean {
    const { job } = waiting;
    try {
      const outcome = readOutcome(job.parent, job);
      if (outcome === undefined) return false;
      this.#end(waiting, outcome);
    } catch (error) {
      this.#end(waiting, Promise.reject(error));
    }
    return true;
  }

  #end({ job, end }: Waiting, outcome: Outcome | Promise<never>): void {
    this.#waiting.delete(jobName(job));
    end(outcome);
  }

  /** Compares the jobs with what Slurm says, and submits those that no task is there for. */
  async #look(): Promise<void> {
    try {
      const word = studyWord(this.options.ledger);
      const tasks = this.#byJob(word === undefined ? [] : await queuedTasks(word));
      const missing: Waiting[] = [];
      for (const [name, waiting] of this.#waiting) {
        if (!this.#take(waiting) && this.#isMissing(waiting, tasks.get(name))) {
          missing.push(waiting);
        }
      }
      if (missing.length === 0 || this.#isStopped) return;
      const { ledger, resources, threads } = this.options;
      const jobs = missing.map(({ job: { parent, module, dataDir, ...job } }) => ({
        ...job,
        parent: resolve(parent),
        ...(module !== undefined && { module: resolve(module) }),
        ...(dataDir !== undefined && { dataDir: resolve(dataDir) }),
      }));
      await submitArray(ledger, resources, { threads, jobs });
      for (const waiting of missing) waiting.submitted = true;
    } catch (error) {
      if (!(error instanceof UserError)) throw error;
      this.#say(`${messageOf(error)}; tries again`);
    }
  }

  /** The newest task of each job. */
  #byJob(tasks: readonly QueuedTask[]): Map<string, QueuedTask> {
    const found = new Map<string, QueuedTask>();
    for (const task of tasks.toSorted((a, b) => a.array - b.array)) {
      const { jobs } = this.#list(task.array);
      found.set(jobName(jobs[task.index]), task);
    }
    return found;
  }

  #list(array: number): TaskList {
    const list = this.#lists.get(array) ?? readTasks(this.options.ledger.folder, array);
    this.#lists.set(array, list);
    return list;
  }

  /** Whether a job without an outcome has no task that may still give it one. */
  #isMissing(waiting: Waiting, task: QueuedTask | undefined): boolean {
    if (task !== undefined && isAlive(task)) {
      waiting.submitted = true;
      waiting.over = undefined;
      if (task.state === "RUNNING") this.#tellEpochs(waiting);
      if (task.state === "PENDING" && !usualReasons.has(task.reason)) {
        this.#say(`tasks wait in Slurm: ${task.reason}`);
      }
      return false;
    }
    if (task?.state === "COMPLETED") {
      waiting.over ??= milliseconds();
      if (milliseconds() - waiting.over < hidden) return false;
    }
    if (waiting.submitted && !blameless.has(task?.state ?? "")) {
      this.#countEnd(waiting, task?.state);
    }
    waiting.over = undefined;
    return this.#waiting.has(jobName(waiting.job));
  }

  #tellEpochs(waiting: Waiting): void {
    const { job: { parent, folder }, epochs, epoch } = waiting;
    waiting.epochs = readDigests(`${parent}/${folder}`).length;
    if (waiting.epochs === epochs) return;
    waiting.ends = 0;
    epoch(waiting.epochs);
  }

  /** Counts the end of a task that left no outcome, and ends the job where there were too many. */
  #countEnd(waiting: Waiting, state = "gone"): void {
    this.#tellEpochs(waiting);
    const { job: { parent, folder } } = waiting;
    if (++waiting.ends < failedEnds) return;
    const ends = `${failedEnds} tasks of it ended before an epoch was complete`;
    if (state === "OUT_OF_MEMORY") {
      const failure = `${ends}, the last one because it needed more memory than it was given`;
      return this.#end(waiting, { state: "failed", failure });
    }
    const log = `the logs are in ${parent}/slurm`;
    const error = new UserError(`${folder}: ${ends}, the last one ${state}: ${log}`);
    this.#end(waiting, Promise.reject(error));
    this.stop();
  }

  /** Says something once. */
  #say(line: string): void {
    if (!this.#said.has(line)) this.options.say(line);
    this.#said.add(line);
  }
}

const pause = (milliseconds: number): Promise<void> =>
  new Promise((resolve) => setTimeout(resolve, milliseconds));
