import type { CurvePoint } from "../../picture/mod.ts";
import type { Spread } from "../../statistics/mod.ts";
import type { EvaluatedRun } from "./evaluated_run.ts";

/** One config of a comparison: a run, or several that differ in their seeds. */
export interface Row {
  readonly name: string;
  readonly runs: readonly EvaluatedRun[];
  readonly accuracy: Spread;
  /** 95 % interval of the accuracy, or of its mean over the seeds. */
  readonly interval: readonly [low: number, high: number];
  /** Mean cross-entropy of a test image, in nats. */
  readonly loss: Spread;
  /** Expected calibration error. */
  readonly calibrationError: Spread;
  readonly trainingSeconds: Spread;
  readonly imagesPerSecond: Spread;
  /** The share of each class's images that is found, the mean over the seeds. */
  readonly recall: readonly number[];
  /** The epochs' figures, the mean over the seeds. */
  readonly history: readonly CurvePoint[];
}
