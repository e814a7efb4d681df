import { z } from "zod";
import { syntheticMark } from "../data/mod.ts";
import type { Recipe } from "./recipe.ts";

const metric = z.number();

/** One epoch's figures: a pure function of config and data. */
export const epochMetricsSchema = z.strictObject({
  epoch: z.int().min(1),
  /** Steps done since the run began. */
  step: z.int().min(1),
  /** Learning rate of the epoch's last step. */
  lr: metric,
  train_loss: metric,
  train_acc: metric,
  val_loss: metric.optional(),
  val_acc: metric.optional(),
});
export type EpochMetrics = Readonly<z.infer<typeof epochMetricsSchema>>;

/** How long an epoch took the process that finished it. */
export interface EpochTime {
  readonly seconds: number;
  readonly imagesPerSecond: number;
}

const columns = ["epoch", "step", "lr", "train_loss", "train_acc", "val_loss", "val_acc"] as const;

/** The first line of metrics.csv. */
export const metricsHeader = `${columns.join(",")},seconds,images_per_second\n`;

/** One line of metrics.csv; times that are not known are empty. */
export function metricsRow(metrics: EpochMetrics, time?: EpochTime): string {
  return `${rowStart(metrics)}${time?.seconds.toFixed(3) ?? ""},${
    time?.imagesPerSecond.toFixed(0) ?? ""
  }\n`;
}

function rowStart(metrics: EpochMetrics): string {
  return columns.map((column) => `${metrics[column] ?? ""},`).join("");
}

/** metrics.csv as a checkpoint's history has it; the times are taken over from the file so far. */
export function metricsFile(history: readonly EpochMetrics[], soFar: string): string {
  const lines = soFar.split("\n");
  const rows = history.map((metrics) => {
    const start = rowStart(metrics);
    const known = lines.find((line) =>
      line.startsWith(start) && /^[\d.]*,\d*$/.test(line.slice(start.length))
    );
    return known === undefined ? metricsRow(metrics) : `${known}\n`;
  });
  return metricsHeader + rows.join("");
}

/** How long each epoch took, from metrics.csv; undefined where that is not known. */
export function epochTimes(csv: string): (EpochTime | undefined)[] {
  const rows = csv.split("\n").slice(1).filter((row) => row !== "");
  return rows.map((row) => {
    const cells = row.split(",").slice(columns.length);
    if (cells.length !== 2 || !cells.every((cell) => /^[\d.]+$/.test(cell))) return undefined;
    const [seconds, imagesPerSecond] = cells.map(Number);
    return { seconds, imagesPerSecond };
  });
}

/** Seconds of all epochs whose time is known. */
export function trainingSeconds(times: readonly (EpochTime | undefined)[]): number {
  return times.reduce((sum, time) => sum + (time?.seconds ?? 0), 0);
}

/** Images a second over all epochs whose time is known; 0 where none is. */
export function meanSpeed(times: readonly (EpochTime | undefined)[]): number {
  const known = times.filter((time) => time !== undefined);
  const images = known.reduce((sum, time) => sum + time.seconds * time.imagesPerSecond, 0);
  return images === 0 ? 0 : images / trainingSeconds(known);
}

/** The line an epoch leaves on the terminal and in a log. */
export function epochLine(
  metrics: EpochMetrics,
  epochs: number,
  time: EpochTime,
  data: string,
): string {
  const epoch = `epoch ${String(metrics.epoch).padStart(String(epochs).length)}/${epochs}`;
  const figure = (name: "train_loss" | "train_acc" | "val_loss" | "val_acc") =>
    metrics[name] === undefined ? "" : `  ${name} ${metrics[name].toFixed(4)}`;
  const figures = figure("train_loss") + figure("train_acc") + figure("val_loss") +
    figure("val_acc");
  const speed = `${time.seconds.toFixed(1)} s  ${time.imagesPerSecond.toFixed(0)} images/s`;
  return `${epoch}${figures}  ${speed}${syntheticMark(data)}`;
}

/**
 * The best epoch so far: the first of those with the lowest loss, or with the lowest loss of those
 * with the highest accuracy.
 */
export function bestEpoch(
  history: readonly EpochMetrics[],
  bestBy: Recipe["bestBy"],
): EpochMetrics | undefined {
  return history.reduce<EpochMetrics | undefined>((best, metrics) => {
    if (best === undefined) return metrics;
    const { val_acc, val_loss } = metrics;
    if (val_acc === undefined || val_loss === undefined) return metrics; // no validation: best = last
    const gain = bestBy === "accuracy" ? val_acc - best.val_acc! : 0;
    const better = gain > 0 || gain === 0 && val_loss < best.val_loss!;
    return better ? metrics : best;
  }, undefined);
}

/** Whether the run's last `earlyStopping` epochs brought no better one. */
export function outOfPatience(
  history: readonly EpochMetrics[],
  { bestBy, earlyStopping }: Pick<Recipe, "bestBy" | "earlyStopping">,
): boolean {
  const best = bestEpoch(history, bestBy);
  if (earlyStopping === 0 || best === undefined) return false;
  return history.length - best.epoch >= earlyStopping;
}
