import type { TestData } from "../../data/mod.ts";
import { UserError } from "../../errors.ts";
import { weightsDigest } from "../../storage/mod.ts";
import { meanSpeed, type Predictions, predictions, trainingSeconds } from "../../train/mod.ts";
import { parameterCount } from "../../nn/mod.ts";
import type { Device } from "../../tensor/mod.ts";
import { findWeights, loadModel, readRun, refuseOtherData, type RunRecord } from "../../run/mod.ts";
import type { FinishedRun } from "./finished_runs.ts";
import { counted } from "../../printable.ts";

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
export async function evaluateRun(
  { folder, results }: FinishedRun,
  test: TestData,
  device: Device = "cpu",
): Promise<EvaluatedRun> {
  refuseOtherData(folder, results.data_sha256, test.digests);
  const source = await findWeights(folder);
  if (weightsDigest(source.tensors) !== results.best_weights_sha256) {
    throw new UserError(`${source.path} does not hold the weights that summary.json tells of`);
  }
  const { times, environment } = readRun(folder);
  using model = loadModel(source, device);
  return {
    folder,
    results,
    predictions: predictions(model, test, { device }),
    parameters: parameterCount(model),
    weightsBytes: Deno.statSync(source.path).size,
    trainingSeconds: trainingSeconds(times),
    imagesPerSecond: meanSpeed(times),
    machine: machineOf(environment),
  };
}

function machineOf(environment: RunRecord["environment"]): string {
  const of = (name: string) => environment?.[name] ?? `unknown ${name}`;
  const threads = environment?.threads;
  const shown = typeof threads === "number" ? counted(threads, "thread") : "unknown threads";
  return `${of("device")}, ${of("cpu")}, ${shown}`;
}
