import { loadTest, loadTraining } from "../data/mod.ts";
import { UserError } from "../errors.ts";
import {
  epochFigures,
  epochLine,
  modelOf,
  type Observer,
  Pace,
  recipeOf,
  train,
  TrainingState,
} from "../train/mod.ts";
import { milliseconds } from "../clock.ts";
import type { Screen } from "../cli/mod.ts";
import { type StoredTensor, tensorDigests, weightsDigest } from "../storage/mod.ts";
import { type EpochResult, finalFigures, type Results, testResult } from "../run/mod.ts";

/** Ends a reproduction at the first thing that differs. */
class Difference extends Error {}

/**
 * Does a run again from its config and compares everything but times with what it gave the first
 * time. Returns undefined when all is identical, else one sentence on the first difference.
 */
export async function reproduce(
  results: Results,
  options: { readonly dataDir?: string },
  screen: Screen,
): Promise<string | undefined> {
  const { config } = results;
  const { data: source, trainSize } = config;
  const data = await loadTraining({ ...options, data: source, trainSize });
  refuseOtherData(results, data.digests);
  using state = new TrainingState(modelOf(config), recipeOf(config), data.train.count);
  const comparison = new Comparison(results, screen);
  try {
    const pace = new Pace();
    await train(state, data, comparison, pace);
    if (state.history.length !== results.epochs.length) {
      throw new Difference(
        `it had ${results.epochs.length} epochs, and now ${state.history.length}`,
      );
    }
    const test = await loadTest({ ...options, data: source });
    refuseOtherData(results, test.digests);
    const result = await testResult(
      state,
      config,
      comparison.best,
      test,
      results.data_sha256,
      pace,
    );
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
class Comparison implements Observer {
  best: readonly StoredTensor[] = [];
  #begun = milliseconds();
  #seconds = 0;

  constructor(readonly results: Results, readonly screen: Screen) {}

  beginEpoch(): void {
    this.#begun = milliseconds();
  }

  endSteps(): void {
    this.#seconds = (milliseconds() - this.#begun) / 1000;
  }

  endEpoch(state: TrainingState): void {
    const { config } = this.results;
    const metrics = state.history.at(-1)!;
    const weights = state.storedWeights();
    const recorded = this.results.epochs[metrics.epoch - 1];
    if (recorded === undefined) {
      throw new Difference(`it ended after epoch ${metrics.epoch - 1}, and now goes on`);
    }
    compareEpoch(metrics.epoch, weights, metrics, recorded);
    if (state.isBest) this.best = weights;
    const seconds = this.#seconds;
    const time = { seconds, imagesPerSecond: state.stepsPerEpoch * config.batchSize / seconds };
    this.screen.line(`${epochLine(metrics, config.epochs, time, config.data)}  identical`);
  }
}

function compareEpoch(
  epoch: number,
  weights: readonly StoredTensor[],
  metrics: Omit<EpochResult, "weights_sha256" | "tensors">,
  recorded: EpochResult,
): void {
  const { weights_sha256, tensors = {}, ...figures } = recorded;
  const now = tensorDigests(weights);
  for (const [name, digest] of Object.entries(tensors)) {
    if (now[name] !== digest) throw new Difference(`epoch ${epoch}: the weight ${name} differs`);
  }
  if (weights_sha256 !== undefined && weightsDigest(weights) !== weights_sha256) {
    throw new Difference(`epoch ${epoch}: the weights differ`);
  }
  const known = epochFigures.filter(({ key, required }) => required || key in figures);
  for (const name of ["epoch", "step", "lr", ...known.map(({ key }) => key)] as const) {
    compare(`epoch ${epoch}: ${name}`, metrics[name], figures[name]);
  }
}

function compare(name: string, now: unknown, before: unknown): void {
  const [is, was] = [JSON.stringify(now), JSON.stringify(before)];
  if (is === was) return;
  const figures = typeof now === "object" ? "" : `: it was ${was}, and now is ${is}`;
  throw new Difference(`${name} differs${figures}`);
}

/** Other data give other results: that is no failure to reproduce. */
function refuseOtherData(
  { data_sha256 }: Results,
  digests: Readonly<Record<string, string>>,
): void {
  for (const [name, digest] of Object.entries(digests)) {
    if (data_sha256[name] === digest) continue;
    throw new UserError(`These results were made with other data: the SHA-256 of ${name} differs`);
  }
}
