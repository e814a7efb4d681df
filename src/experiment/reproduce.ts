import { loadTest, loadTraining } from "../data/mod.ts";
import {
  epochFigures,
  epochLine,
  type EpochMetrics,
  EpochProgress,
  modelOf,
  Pace,
  recipeOf,
  train,
  TrainingState,
} from "../train/mod.ts";
import { UserError } from "../errors.ts";
import type { AnyModel } from "../models/mod.ts";
import type { Screen } from "../cli/mod.ts";
import type { StoredTensor } from "../storage/mod.ts";
import {
  type EpochDigests,
  epochDigests,
  type EpochResult,
  finalFigures,
  refuseOtherData,
  type Results,
  testResult,
} from "../run/mod.ts";
import { counted } from "../printable.ts";

/** Ends a reproduction at the first thing that differs. */
class Difference extends Error {}

/**
 * Does a run again from the config in its results, of which `model` is the model, and compares everything but times with them;
 * `what` names the results in errors. Returns undefined when all is identical, else one sentence on
 * the first difference.
 */
export async function reproduce(
  what: string,
  results: Results,
  model: AnyModel,
  options: { readonly dataDir?: string },
  screen: Screen,
): Promise<string | undefined> {
  const { config, data_sha256 } = results;
  if (results.out_of_time) {
    throw new UserError(
      `${what} was ended by --max-time, which its config does not say: it cannot be reproduced`,
    );
  }
  const { data: source, trainSize } = config;
  const data = await loadTraining({ ...options, data: source, trainSize });
  refuseOtherData(what, data_sha256, data.digests);
  using state = new TrainingState(
    modelOf(config, model),
    recipeOf(config, model),
    data.train.count,
  );
  const comparison = new Comparison(results, screen);
  try {
    const pace = new Pace();
    await train(state, data, comparison, pace);
    if (state.history.length !== results.epochs.length) {
      throw new Difference(
        `it had ${counted(results.epochs.length, "epoch")}, and now ${state.history.length}`,
      );
    }
    const test = await loadTest({ ...options, data: source });
    refuseOtherData(what, data_sha256, test.digests);
    const result = await testResult(state, config, comparison.best, test, data_sha256, pace);
    for (const name of finalFigures) {
      // Results that are older than a metric do not have it.
      if (results[name] !== undefined) compare(name, result?.[name], results[name]);
    }
  } catch (error) {
    if (error instanceof Difference) return error.message;
    throw error;
  }
}

/** Compares each epoch with the one recorded, instead of writing it. */
class Comparison extends EpochProgress {
  best: readonly StoredTensor[] = [];

  constructor(readonly results: Results, screen: Screen) {
    super(screen);
  }

  endEpoch(state: TrainingState): void {
    const { config, epochs } = this.results;
    const metrics = state.history.at(-1)!;
    const weights = state.storedWeights();
    const recorded = epochs[metrics.epoch - 1];
    if (recorded === undefined) {
      throw new Difference(`it ended after epoch ${metrics.epoch - 1}, and now goes on`);
    }
    compareEpoch({ ...metrics, ...epochDigests(metrics.epoch, weights) }, recorded);
    if (state.isBest) this.best = weights;
    const { columns = Infinity } = this.screen;
    const verdict = "  identical";
    const room = columns - verdict.length;
    const line = epochLine(metrics, config.epochs, this.time, config.data, room);
    this.screen.line(line + verdict);
  }
}

function compareEpoch(now: EpochMetrics & EpochDigests, recorded: EpochResult): void {
  const { epoch } = now;
  const { weights_sha256, tensors = {}, ...figures } = recorded;
  for (const [name, digest] of Object.entries(tensors)) {
    if (now.tensors[name] === digest) continue;
    throw new Difference(`epoch ${epoch}: the weight ${name} differs`);
  }
  if (weights_sha256 !== undefined && now.weights_sha256 !== weights_sha256) {
    throw new Difference(`epoch ${epoch}: the weights differ`);
  }
  const known = epochFigures.filter(({ key, required }) => required || key in figures);
  for (const name of ["epoch", "step", "lr", ...known.map(({ key }) => key)] as const) {
    compare(`epoch ${epoch}: ${name}`, now[name], figures[name]);
  }
}

function compare(name: string, now: unknown, before: unknown): void {
  const [is, was] = [JSON.stringify(now), JSON.stringify(before)];
  if (is === was) return;
  const figures = typeof now === "object" ? "" : `: it was ${was}, and now is ${is}`;
  throw new Difference(`${name} differs${figures}`);
}
