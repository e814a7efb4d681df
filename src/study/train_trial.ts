import { parseConfig, type TrainConfig } from "../config/mod.ts";
import { silentScreen, type StopSignal } from "../cli/mod.ts";
import { loadTraining, type TrainingData } from "../data/mod.ts";
import { messageOf, WriteError } from "../errors.ts";
import { importModel, type ModelModule } from "../models/mod.ts";
import {
  LockedError,
  modelIn,
  readEnvironment,
  readRun,
  restore,
  Run,
  RunRecorder,
} from "../run/mod.ts";
import { modelOf, NonfiniteError, Pace, recipeOf, train, TrainingState } from "../train/mod.ts";
import type { Leave } from "./pruners/mod.ts";
import { objectiveOf, verdict } from "./trial.ts";

/** One run of a trial, as a worker is asked for it. */
export interface Job extends Leave {
  /** The study's folder. */
  readonly parent: string;
  /** The name of the run folder in it. */
  readonly folder: string;
  readonly configText: string;
  /** The path of the model's module, where it is one's own. */
  readonly module?: string;
  readonly dataDir?: string;
  readonly checkpointEvery?: string;
}

/** What became of it; `stopped` where a signal came first. */
export interface Outcome {
  readonly state: "paused" | "complete" | "pruned" | "failed" | "stopped";
  readonly failure?: string;
}

/** What a worker keeps from trial to trial: the data and the models' modules. */
export class Workshop {
  readonly #data = new Map<string, TrainingData>();
  readonly #modules = new Map<string, ModelModule>();

  async data({ data, trainSize }: TrainConfig, dataDir?: string): Promise<TrainingData> {
    const key = JSON.stringify([data, trainSize, dataDir]);
    const known = this.#data.get(key) ?? await loadTraining({ data, trainSize, dataDir });
    this.#data.clear(); // one set at a time: trials seldom have several
    this.#data.set(key, known);
    return known;
  }

  async module(path: string): Promise<ModelModule> {
    const known = this.#modules.get(path) ?? await importModel(path);
    this.#modules.set(path, known);
    return known;
  }
}

/** What a worker hears and tells while it trains. */
export interface Attention {
  /** What asks it to stop. */
  readonly signals: { readonly received: StopSignal | undefined };
  /** Is told of each complete epoch. */
  readonly epoch: (epoch: number) => void;
}

/**
 * Trains a trial's run as far as its leave goes, from where its folder stands; what it fails of is its
 * outcome. Throws where another process does not let go of the folder, and where a file cannot be
 * written, as on a full disk: another attempt may be luckier.
 */
export async function trainTrial(
  job: Job,
  workshop: Workshop,
  { signals, epoch }: Attention,
): Promise<Outcome> {
  const config = parseConfig(job.configText, `${job.parent}/${job.folder}/config.json`);
  using run = await folderOf(job, config, workshop);
  try {
    const failure = readRun(run.folder).failure;
    if (failure !== undefined) return { state: "failed", failure };
    const data = await workshop.data(config, job.dataDir);
    const model = await modelIn(run.folder, config);
    const recipe = recipeOf(config, model);
    using state = new TrainingState(modelOf(config, model), recipe, data.train.count);
    await restore(run, state, data, silentScreen);
    const objective = objectiveOf(config.bestBy);
    const ended = () => state.complete ? "complete" : verdict(state.history, job, objective);
    const { checkpointEvery } = job;
    const pauses = () => ended() !== undefined;
    const pace = new Pace({ signals, checkpointEvery, pauses });
    const recorder = new TrialRecorder(run, pace, epoch);
    if (ended() === undefined) await train(state, data, recorder, pace);
    return { state: ended() ?? "stopped" };
  } catch (error) {
    if (error instanceof WriteError) throw error;
    const failure = messageOf(error);
    if (error instanceof NonfiniteError) run.write("failure.json", { message: error.message });
    return { state: "failed", failure };
  }
}

class TrialRecorder extends RunRecorder {
  constructor(run: Run, pace: Pace, readonly tell: (epoch: number) => void) {
    super(run, silentScreen, pace);
  }

  override endEpoch(state: TrainingState): void {
    super.endEpoch(state);
    this.tell(state.epoch);
  }
}

/**
 * The job's run folder, made where it is not there. The worker of a process that was killed may still
 * hold it, or just have made it: that one saves, and lets go.
 */
async function folderOf(job: Job, config: TrainConfig, workshop: Workshop): Promise<Run> {
  const path = `${job.parent}/${job.folder}`;
  const { digests } = await workshop.data(config, job.dataDir);
  const module = job.module === undefined ? undefined : await workshop.module(job.module);
  const environment = await readEnvironment(config.device, digests);
  for (let attempt = 1;; attempt++) {
    const wasThere = isThere(path);
    try {
      if (wasThere) return Run.open(path, { keepLast: 1 });
      const options = { module, name: job.folder, keepLast: 1 };
      return Run.create(config, environment, job.parent, options);
    } catch (error) {
      const isTaken = error instanceof LockedError || !wasThere && isThere(path);
      if (!isTaken || attempt === attempts) throw error;
      await new Promise((resolve) => setTimeout(resolve, 100));
    }
  }
}

const attempts = 300;

function isThere(path: string): boolean {
  try {
    return Deno.statSync(path).isDirectory;
  } catch (error) {
    if (error instanceof Deno.errors.NotFound) return false;
    throw error;
  }
}
