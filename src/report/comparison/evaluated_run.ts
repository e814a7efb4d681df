import type { TestData } from "../../data/mod.ts";
import { UserError } from "../../errors.ts";
import { readJson, readText, weightsDigest } from "../../storage/mod.ts";
import {
  epochTimes,
  meanSpeed,
  type Predictions,
  predictions,
  trainingSeconds,
} from "../../train/mod.ts";
import { findWeights, loadModel } from "../../run/mod.ts";
import type { FinishedRun } from "./finished_runs.ts";

/** A finished run, and what its best weights say of the test images. */
export interface EvaluatedRun extends FinishedRun {
  readonly predictions: Predictions;
  /** Trained numbers. */
  readonly parameters: number;
  /** Bytes of the file with the best weights. */
  readonly weightsBytes: number;
  readonly trainingSeconds: number;
  readonly imagesPerSecond: number;
  /** What the times depend on: device, processor and threads. */
  readonly machine: string;
}

/** Evaluates a run's best weights; throws a UserError where they or the images are not the run's. */
export function evaluateRun(
  { folder, results }: FinishedRun,
  test: TestData,
  device: "cpu" | "cuda" = "cpu",
): EvaluatedRun {
  for (const [name, digest] of Object.entries(test.digests)) {
    if (results.data_sha256[name] === digest) continue;
    throw new UserError(`${folder} was tested on other images: the SHA-256 of ${name} differs`);
  }
  const source = findWeights(folder);
  if (weightsDigest(source.tensors) !== results.best_weights_sha256) {
    throw new UserError(`${source.path} does not hold the weights that summary.json tells of`);
  }
  const times = epochTimes(readText(`${folder}/metrics.csv`) ?? "");
  using model = loadModel(source, device);
  return {
    folder,
    results,
    predictions: predictions(model, test, { device }),
    parameters: model.parameters.reduce((sum, { tensor }) => sum + tensor.size, 0),
    weightsBytes: Deno.statSync(source.path).size,
    trainingSeconds: trainingSeconds(times),
    imagesPerSecond: meanSpeed(times),
    machine: machineOf(folder),
  };
}

function machineOf(folder: string): string {
  const environment = readJson(`${folder}/environment.json`) as Record<string, unknown> | undefined;
  const of = (name: string) => environment?.[name] ?? `unknown ${name}`;
  return `${of("device")}, ${of("cpu")}, ${of("threads")} threads`;
}
