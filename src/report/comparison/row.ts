import type { CurvePoint } from "../../picture/mod.ts";
import type { Figures, Spread } from "../../statistics/mod.ts";
import type { EvaluatedRun } from "./evaluated_run.ts";

/** One config of a comparison: a run, or several that differ in their seeds. */
export interface Row {
  readonly name: string;
  readonly runs: readonly EvaluatedRun[];
  /** The test figures that all of its runs have. */
  readonly figures: { readonly [key in keyof Figures<"test">]: Spread };
  /** 95 % interval of the share of right test images, or of its mean over the seeds. */
  readonly interval: readonly [low: number, high: number];
  /** Expected calibration error. */
  readonly calibrationError: Spread;
  readonly trainingSeconds: Spread;
  readonly imagesPerSecond: Spread;
  /** The share of each class's images that is found, the mean over the seeds. */
  readonly recall: readonly number[];
  /** The epochs' figures, the mean over the seeds. */
  readonly history: readonly CurvePoint[];
}
