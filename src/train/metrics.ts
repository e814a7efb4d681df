import { z } from "zod";
import { type DataReference, markOf } from "../data/mod.ts";
import {
  type Figure,
  type Figures,
  figuresOf,
  logged,
  metrics,
  type Part,
} from "../statistics/mod.ts";
import type { Recipe } from "./recipe.ts";

/** One epoch's figures: a pure function of config and data. */
export interface EpochMetrics extends Figures<"train" | "val"> {
  /** Counts from 1. */
  readonly epoch: number;
  /** Steps done since the run began. */
  readonly step: number;
  /** Learning rate of the epoch's last step. */
  readonly lr: number;
}

/** The figures of an epoch, in the order of files. */
export const epochFigures: readonly Figure<"train" | "val">[] = [
  ...figuresOf("train"),
  ...figuresOf("val"),
];

/** What a file holds of the figures of one part of the data. */
export function figuresShape<P extends Part>(part: P): {
  [key in keyof Figures<P>]-?: undefined extends Figures<P>[key] ? z.ZodOptional<z.ZodNumber>
    : z.ZodNumber;
} {
  const entries = figuresOf(part).map(({ key, required }) => [
    key,
    required && part !== "val" ? z.number() : z.number().optional(),
  ]);
  return Object.fromEntries(entries);
}

export const epochMetricsSchema = z.strictObject({
  epoch: z.int().min(1),
  step: z.int().min(1),
  lr: z.number(),
  ...figuresShape("train"),
  ...figuresShape("val"),
});

/** How long an epoch took the process that finished it. */
export interface EpochTime {
  readonly seconds: number;
  readonly imagesPerSecond: number;
}

const columns = ["epoch", "step", "lr", ...epochFigures.map(({ key }) => key)] as const;

/** The first line of metrics.csv. */
export const metricsHeader = `${columns.join(",")},seconds,images_per_second\n`;

/** One line of metrics.csv; times that are not known are empty. */
export function metricsRow(metrics: EpochMetrics, time?: EpochTime): string {
  return `${rowStart(metrics)}${time?.seconds.toFixed(3) ?? ""},${
    time?.imagesPerSecond.toFixed(0) ?? ""
  }\n`;
}

function rowStart(metrics: EpochMetrics, of: readonly (keyof EpochMetrics)[] = columns): string {
  return of.map((column) => `${metrics[column] ?? ""},`).join("");
}

/** metrics.csv as a checkpoint's history has it; the times are taken over from the file so far. */
export function metricsFile(history: readonly EpochMetrics[], soFar: string): string {
  const [header, ...lines] = soFar.split("\n");
  const had = header.split(",");
  const before = columns.filter((column) => had.includes(column)); // a metric may be newer
  const rows = history.map((metrics) => {
    const start = rowStart(metrics, before);
    const times = lines.filter((line) => line.startsWith(start))
      .map((line) => line.slice(start.length)).find((rest) => /^[\d.]*,\d*$/.test(rest));
    return `${rowStart(metrics)}${times ?? ","}\n`;
  });
  return metricsHeader + rows.join("");
}

/** How long each epoch took, from metrics.csv; undefined where that is not known. */
export function epochTimes(csv: string): (EpochTime | undefined)[] {
  const [header, ...rows] = csv.split("\n").filter((row) => row !== "");
  return rows.map((row) => {
    const cells = row.split(",").slice(header.split(",").length - 2);
    if (cells.length !== 2 || !cells.every((cell) => /^[\d.]+$/.test(cell))) return undefined;
    const [seconds, imagesPerSecond] = cells.map(Number);
    return { seconds, imagesPerSecond };
  });
}

/** Seconds of all epochs whose time is known. */
export function trainingSeconds(times: readonly (EpochTime | undefined)[]): number {
  return times.reduce((sum, time) => sum + (time?.seconds ?? 0), 0);
}

/** Images a second over all epochs whose time is known; 0 where no time is. */
export function meanSpeed(times: readonly (EpochTime | undefined)[]): number {
  const known = times.filter((time) => time !== undefined);
  const images = known.reduce((sum, time) => sum + time.seconds * time.imagesPerSecond, 0);
  return images === 0 ? 0 : images / trainingSeconds(known);
}

/**
 * The line an epoch leaves on the terminal and in a log. Where columns are scarce a part's name is
 * said once, then the speed, the seconds and the training's figures are left out; the mark never is.
 */
export function epochLine(
  metrics: EpochMetrics,
  epochs: number,
  { seconds, imagesPerSecond }: EpochTime,
  data: DataReference,
  columns = Infinity,
): string {
  const epoch = `epoch ${String(metrics.epoch).padStart(String(epochs).length)}/${epochs}`;
  const [time, speed] = [`${seconds.toFixed(1)} s`, `${imagesPerSecond.toFixed(0)} images/s`];
  const parts = [partFigures("train", metrics), partFigures("val", metrics)]
    .filter((text) => text !== "");
  const lines = [
    [...logged(epochFigures, metrics), time, speed],
    [...parts, time, speed],
    [...parts, time],
    parts,
    [parts.at(-1)],
  ].map((cells) => [epoch, ...cells].join("  ") + markOf(data));
  return lines.find((line) => line.length <= columns) ?? lines.at(-1)!;
}

/** `val_loss 0.4786 acc 0.8302`; nothing where the part has no figures. */
const partFigures = <P extends "train" | "val">(part: P, metrics: EpochMetrics): string =>
  logged<keyof EpochMetrics>(figuresOf(part), metrics).join(" ").replaceAll(` ${part}_`, " ");

/**
 * The best epoch so far: the first of those with the best figure, the lower loss among equals;
 * without validation the last.
 */
export function bestEpoch(
  history: readonly EpochMetrics[],
  bestBy: Recipe["bestBy"],
): EpochMetrics | undefined {
  const { name, better } = metrics.find(({ label }) => label === bestBy)!;
  const key = `val_${name}` as const;
  return history.reduce<EpochMetrics | undefined>((best, epoch) => {
    const [before, now] = [best?.[key], epoch[key]];
    if (before === undefined || now === undefined) return epoch;
    const tie = now === before && epoch.val_loss! < best!.val_loss!;
    return tie || (better === "higher" ? now > before : now < before) ? epoch : best;
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
