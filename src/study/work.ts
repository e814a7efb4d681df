import { now } from "../clock.ts";
import { lockRun } from "../run/mod.ts";
import { beginRound, type Planning } from "./begin_round.ts";
import type { Result } from "./ledger.ts";
import { resultOf } from "./result.ts";
import type { Job, Outcome } from "./train_trial.ts";
import type { TrialRun } from "./trial.ts";

/** Trains runs of trials, in another process or thread, or on another machine. */
export interface Trainer {
  /** Trains a run; `epoch` is told of each complete epoch. */
  train(job: Job, epoch: (epoch: number) => void): Promise<Outcome>;
}

/** What a study is worked off with. */
export interface StudyWork extends Planning {
  /** A place for each run that is trained at a time. */
  readonly trainers: readonly Trainer[];
  /** The paths of models of one's own, by the models' names. */
  readonly modules: Readonly<Record<string, string>>;
  /** What jobs have beside their run. */
  readonly options: Pick<Job, "dataDir" | "checkpointEvery">;
  /** What asks to stop. */
  readonly signals: { readonly received: string | undefined };
  readonly watcher: StudyWatcher;
}

/** Looks at a study while it is worked off. */
export interface StudyWatcher {
  begun?(run: TrialRun): void;
  epoch?(run: TrialRun, epoch: number): void;
  ended?(run: TrialRun, result: Result): void;
}

/** Works off a study, or what is left of it; returns whether it is complete. */
export async function workOff(work: StudyWork): Promise<boolean> {
  const { ledger } = work;
  const owner = `${Deno.pid}-${now().getTime()}`;
  const folder = ledger.processFolder(owner);
  Deno.mkdirSync(folder, { recursive: true });
  const lock = lockRun(folder);
  try {
    ledger.removeFoldersOfTheDead();
    return await new Shift(work, owner).work();
  } finally {
    ledger.release(owner);
    lock[Symbol.dispose]();
    Deno.removeSync(folder, { recursive: true });
  }
}

/** One process's part of a study. */
class Shift {
  readonly #free: Trainer[];
  #busy = 0;
  #stopped = false;
  readonly #errors: unknown[] = [];
  #wake = () => {};

  constructor(readonly study: StudyWork, readonly owner: string) {
    this.#free = study.trainers.toReversed();
  }

  /** Trains run after run, and begins round after round; returns whether nothing is left. */
  async work(): Promise<boolean> {
    const { ledger, signals } = this.study;
    while (!this.#stopped && signals.received === undefined) {
      const run = this.#free.length > 0 ? ledger.claim(this.owner) : undefined;
      if (run !== undefined) this.#begin(run);
      else if (this.#free.length === 0) await this.#change();
      else if (ledger.releaseOfTheDead(this.owner)) await this.#change(50);
      else if (this.#busy > 0) await this.#change();
      else if (!await beginRound(this.study)) return true;
    }
    while (this.#busy > 0) await this.#change();
    for (const error of this.#errors) throw error;
    return false;
  }

  /** Waits until a run of this process ends, at most so many milliseconds. */
  async #change(most?: number): Promise<void> {
    let timer: ReturnType<typeof setTimeout> | undefined;
    await new Promise<void>((resolve) => {
      this.#wake = resolve;
      if (most !== undefined) timer = setTimeout(resolve, most);
    });
    clearTimeout(timer);
  }

  #begin(run: TrialRun): void {
    const trainer = this.#free.pop()!;
    this.#busy++;
    this.#train(run, trainer).catch((error) => {
      this.#errors.push(error);
      this.#stopped = true;
    }).finally(() => {
      this.#free.push(trainer);
      this.#busy--;
      this.#wake();
    });
  }

  /** Trains a run and writes what became of it; where it was stopped, no other one begins. */
  async #train(run: TrialRun, trainer: Trainer): Promise<void> {
    const { ledger, modules, options, watcher } = this.study;
    watcher.begun?.(run);
    const { folder, configText, until, limits } = run;
    const { model } = JSON.parse(configText) as { model: string };
    const parent = ledger.folder;
    const job = { parent, folder, configText, until, limits, module: modules[model], ...options };
    const outcome = await trainer.train(job, (epoch) => watcher.epoch?.(run, epoch));
    if (outcome.state === "stopped") {
      this.#stopped = true;
      ledger.release(this.owner, run);
      return;
    }
    const result = resultOf(`${parent}/${folder}`, outcome);
    ledger.finish(run, result);
    watcher.ended?.(run, result);
  }
}
