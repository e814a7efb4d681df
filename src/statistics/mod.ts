/** Metrics, and figures over classes, seeds and predictions. @module */
export { type Calibration, calibration, type CalibrationBin } from "./calibration.ts";
export { type ClassScore, classScores, macroMean } from "./class_scores.ts";
export { holm, mcnemar } from "./mcnemar.ts";
export * from "./metrics.ts";
export { duration, fixed, grouped, percent, percentage, shortPercent } from "./numbers.ts";
export { type Spread, spread, spreadText } from "./spread.ts";
export { wilsonInterval } from "./wilson.ts";
