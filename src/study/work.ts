import { now } from "../clock.ts";
import { messageOf, UserError } from "../errors.ts";
import { lockRun, readDigests, readRun } from "../run/mod.ts";
import { configText, type TrainConfig } from "../config/mod.ts";
import type { Ledger, NewTrial, Result } from "./ledger.ts";
import { nextRound, type Round } from "./rounds.ts";
import type { Point } from "./space.ts";
import type { StudySpec } from "./spec.ts";
import type { Job, Outcome } from "./train_trial.ts";
import type { Objective, TrialRun } from "./trial.ts";
import type { TrialWorker } from "./trial_worker.ts";

/** What a study is worked off with. */
export interface StudyWork {
  readonly ledger: Ledger;
  readonly spec: StudySpec;
  readonly objective: Objective;
  readonly workers: readonly TrialWorker[];
  /** The config of a point with a seed; throws a UserError where there can be none. */
  readonly configure: (point: Point, seed: number) => Promise<TrainConfig>;
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
  const { ledger, workers } = work;
  const owner = `${Deno.pid}-${now().getTime()}`;
  const folder = ledger.processFolder(owner);
  Deno.mkdirSync(folder, { recursive: true });
  const lock = lockRun(folder);
  try {
    ledger.releaseOfTheDead(owner);
    const planner = new Planner(work);
    const all = await Promise.allSettled(
      workers.map((worker) => new Lane(work, owner, worker, planner).work()),
    );
    for (const lane of all) if (lane.status === "rejected") throw lane.reason;
    return all.every((lane) => lane.status === "fulfilled" && lane.value);
  } finally {
    ledger.release(owner);
    lock[Symbol.dispose]();
    Deno.removeSync(folder, { recursive: true });
  }
}

/** Begins rounds, one at a time whatever the number of lanes. */
class Planner {
  #planning: Promise<boolean> | undefined;

  constructor(readonly work: StudyWork) {}

  /** Begins the next round; false where the study is complete. */
  next(): Promise<boolean> {
    this.#planning ??= this.#next().finally(() => this.#planning = undefined);
    return this.#planning;
  }

  async #next(): Promise<boolean> {
    const { ledger, spec, objective } = this.work;
    const number = ledger.rounds;
    const round = nextRound(spec, ledger.trials(), objective);
    if (round === undefined) return false;
    ledger.begin(number, await this.#fresh(round), round.leave, round.continued);
    return true;
  }

  /** The new trials of a round with their configs, those that are there already apart. */
  async #fresh({ fresh }: Round): Promise<NewTrial[]> {
    const { ledger, spec, configure } = this.work;
    const known = ledger.configs();
    const trials: NewTrial[] = [];
    for (const { n, point } of fresh) {
      try {
        const texts: string[] = [];
        for (const seed of spec.seeds) texts.push(configText(await configure(point, seed)));
        const sameAs = known.get(texts[0]);
        for (const text of texts) if (!known.has(text)) known.set(text, n);
        const runs = texts.map((configText, i) => {
          const seed = spec.seeds[i];
          return { seed, configText, folder: `${String(n).padStart(5, "0")}-s${seed}` };
        });
        trials.push({ n, point, ...(sameAs === undefined ? { runs } : { sameAs, runs: [] }) });
      } catch (error) {
        if (!(error instanceof UserError)) throw error;
        trials.push({ n, point, failure: messageOf(error), runs: [] });
      }
    }
    return trials;
  }
}

/** One worker's way through the runs. */
class Lane {
  constructor(
    readonly study: StudyWork,
    readonly owner: string,
    readonly worker: TrialWorker,
    readonly planner: Planner,
  ) {}

  /** Trains run after run; returns whether none is left. */
  async work(): Promise<boolean> {
    const { ledger, signals } = this.study;
    try {
      while (signals.received === undefined) {
        const run = ledger.claim(this.owner);
        if (run !== undefined) {
          if (!await this.#train(run)) return false;
        } else if (ledger.releaseOfTheDead(this.owner)) await pause();
        else if (!await this.planner.next()) return true;
      }
      return false;
    } finally {
      this.worker.close();
    }
  }

  /** Trains a run and writes what became of it; false where it was stopped. */
  async #train(run: TrialRun): Promise<boolean> {
    const { ledger, modules, options, watcher } = this.study;
    watcher.begun?.(run);
    const { folder, configText, until, limits } = run;
    const { model } = JSON.parse(run.configText) as { model: string };
    const parent = ledger.folder;
    const job: Job = {
      parent,
      folder,
      configText,
      until,
      limits,
      module: modules[model],
      ...options,
    };
    const outcome = await this.worker.train(job, (epoch) => watcher.epoch?.(run, epoch));
    if (outcome.state === "stopped") {
      ledger.release(this.owner, run);
      return false;
    }
    const result = resultOf(`${parent}/${folder}`, outcome);
    ledger.finish(run, result);
    watcher.ended?.(run, result);
    return true;
  }
}

const pause = () => new Promise((resolve) => setTimeout(resolve, 50));

/** What became of a run, as its folder tells. */
function resultOf(folder: string, outcome: Outcome): Result {
  const { state, failure } = outcome as Outcome & { readonly state: Result["state"] };
  try {
    const { history } = readRun(folder);
    const digests = readDigests(folder).map(({ weights_sha256 }) => weights_sha256);
    return { state, failure, history, digests: digests.slice(0, history.length) };
  } catch (error) {
    if (state === "failed") return { state, failure, history: [], digests: [] };
    throw error;
  }
}
