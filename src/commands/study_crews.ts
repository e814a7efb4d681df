import { flagName, type StopSignals } from "../cli/mod.ts";
import { UsageError, UserError } from "../errors.ts";
import { configureThreads, threadsOfEach } from "../ffi/mod.ts";
import { packedUrl, program, selfContained } from "../program.ts";
import { shellPath } from "../shell_word.ts";
import { readText } from "../storage/mod.ts";
import {
  checkResources,
  clusterFolder,
  type Ledger,
  type Resources,
  SlurmQueue,
  studyWord,
  type Trainer,
  TrialWorker,
  workerProcess,
  workerThread,
} from "../study/mod.ts";

/** Those that train the runs of a study. */
export interface Crew extends Disposable {
  readonly trainers: readonly Trainer[];
  /** Asks all of them to stop as soon as there is a reason. */
  stopAt(signals: StopSignals): Disposable;
  /** What is said where the study is not complete, before the command that goes on with it. */
  farewell(signals: StopSignals): Promise<string>;
}

/** Workers on this machine, which load what they need while the study begins. */
export class LocalCrew implements Crew {
  readonly trainers: readonly TrialWorker[];

  /** `threads` of each, 0 for its share of the cores. */
  constructor(count: number, threads: number) {
    configureThreads(threads);
    const share = threadsOfEach(threads, count);
    const start = selfContained ? () => workerThread(packedUrl) : workerProcess;
    this.trainers = Array.from({ length: count }, () => new TrialWorker(start, share));
    for (const worker of this.trainers) worker.open();
  }

  stopAt(signals: StopSignals): Disposable {
    return every(50, () => {
      if (signals.received === undefined) return;
      for (const worker of this.trainers) worker.stop();
    });
  }

  farewell({ received }: StopSignals): Promise<string> {
    return Promise.resolve(`stopped by ${received}`);
  }

  [Symbol.dispose](): void {
    for (const worker of this.trainers) worker.close();
  }
}

/** How many tasks of a study Slurm has at most at a time: its arrays have 1,000 by default. */
export const mostTasks = 1000;

/** The tasks of a study under Slurm, which outlive this process. */
export class SlurmCrew implements Crew {
  readonly trainers: readonly Trainer[];
  readonly #queue: SlurmQueue;
  #cancelled: Promise<void> | undefined;

  constructor(
    readonly ledger: Ledger,
    resources: Resources,
    { count, threads, say }: {
      readonly count: number;
      readonly threads: number;
      readonly say: (line: string) => void;
    },
  ) {
    this.#queue = new SlurmQueue({ ledger, resources, threads: threads || resources.cpus, say });
    this.trainers = Array(count).fill(this.#queue);
    const mark = cancellation(ledger.folder);
    if (readText(mark) !== undefined) Deno.removeSync(mark);
  }

  stopAt(signals: StopSignals): Disposable {
    return every(500, () => {
      if (signals.received !== undefined) this.#queue.stop();
      else if (readText(cancellation(this.ledger.folder)) !== undefined) {
        this.#cancelled ??= this.#queue.cancel();
      }
    });
  }

  async farewell({ received }: StopSignals): Promise<string> {
    if (this.#cancelled !== undefined) {
      await this.#cancelled;
      return "its tasks were cancelled";
    }
    if (studyWord(this.ledger) === undefined) {
      return `stopped by ${received} before a task was submitted`;
    }
    const folder = shellPath(this.ledger.folder);
    return `stopped by ${received}: its tasks go on; to end them: ${program} sweep cancel ${folder}`;
  }

  [Symbol.dispose](): void {}
}

/** The file that tells who looks after a study's tasks that they were cancelled. */
export const cancellation = (study: string): string => `${clusterFolder(study)}/cancelled`;

function every(milliseconds: number, action: () => void): Disposable {
  const timer = setInterval(action, milliseconds);
  return { [Symbol.dispose]: () => clearInterval(timer) };
}

/** The flags that say what Slurm gives a task. */
const resourceKeys = ["partition", "time", "cpus", "mem"] as const;

/**
 * What Slurm is asked for, where that is the launcher; throws a UserError where it would refuse it, or
 * where flags contradict one another.
 */
export async function askedOfSlurm(
  flags: Partial<Resources> & { readonly launcher?: string; readonly join?: boolean },
): Promise<Resources | undefined> {
  if (flags.launcher !== "slurm") {
    const key = resourceKeys.find((key) => flags[key] !== undefined);
    if (key !== undefined) throw new UsageError(`--${flagName(key)} is for --launcher slurm`);
    return undefined;
  }
  if (selfContained) {
    throw new UserError(
      "--launcher slurm is for wick's repository: the packed program may start no other one",
    );
  }
  if (flags.join) throw new UsageError("--join is not for --launcher slurm: one command submits");
  const { partition, time, cpus = 1, mem } = flags;
  const resources = { partition, time, cpus, mem };
  await checkResources(resources);
  return resources;
}
