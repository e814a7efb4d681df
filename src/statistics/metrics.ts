import { type Spread, spreadText } from "./spread.ts";

/** What is counted of a set while a model is trained on it. */
export interface Totals {
  /** Mean loss of an example: its cross-entropy in nats, unless another loss is given. */
  readonly loss: number;
  /** Examples whose largest logit is at their label. */
  readonly correct: number;
  /** Examples. */
  readonly count: number;
}

/** What is counted of a set when a model is evaluated on it. */
export interface Counts extends Totals {
  /** Counts `[class][prediction]`. */
  readonly confusion: readonly (readonly number[])[];
}

interface Description {
  /** Its name in files and logs, behind the part of the data: `val_acc`. */
  readonly name: string;
  /** Its name for people, and the word of `--best-by`. */
  readonly label: string;
  /** `%` makes a share a percentage where people read it. */
  readonly unit?: string;
  /** Digits after the point in logs; a percentage has two fewer. */
  readonly digits: number;
  readonly better: "higher" | "lower";
  /** Whether every file has it: one from before a metric was added does not. */
  readonly required?: boolean;
  /** Whether it stands first, and alone where there is little room. */
  readonly headline?: boolean;
  /** Whether it is `correct / count`, so that both and an interval stand beside it. */
  readonly proportion?: boolean;
}

/** Whether the totals of a training suffice, and how the figure comes from what was counted. */
type Measure =
  | { readonly training: true; readonly of: (totals: Totals) => number }
  | { readonly training: false; readonly of: (counts: Counts) => number };

const declared = [
  {
    name: "loss",
    label: "loss",
    digits: 4,
    better: "lower",
    required: true,
    training: true,
    of: ({ loss }: Totals): number => loss,
  },
  {
    name: "acc",
    label: "accuracy",
    unit: "%",
    digits: 4,
    better: "higher",
    required: true,
    headline: true,
    proportion: true,
    training: true,
    of: ({ correct, count }: Totals): number => correct / count,
  },
] as const satisfies readonly (Description & Measure)[];

export type MetricName = typeof declared[number]["name"];
export type MetricLabel = typeof declared[number]["label"];

/** A figure of merit: every file, page, picture and log reads it from here. */
export type Metric = Description & Measure & {
  readonly name: MetricName;
  readonly label: MetricLabel;
};

/** All metrics, in the order of files. */
export const metrics: readonly Metric[] = declared;

/** The metrics that stand first. */
export const headlines: readonly Metric[] = metrics.filter(({ headline }) => headline);

/** All metrics in the order in which people read them and models are ranked. */
export const ranking: readonly Metric[] = [...headlines, ...metrics.filter((m) => !m.headline)];

/** The parts of the data that figures are of. */
export type Part = "train" | "val" | "test";

/** The name of a figure in files and logs: `val_acc`. */
export type FigureKey<P extends Part = Part> = `${P}_${MetricName}`;

type RequiredKey<P extends Part> = `${Exclude<P, "val">}_${Extract<
  typeof declared[number],
  { required: true }
>["name"]}`;

/** Figures by their names; there are none of validation images where there were no such images. */
export type Figures<P extends Part = Part> =
  & { readonly [key in FigureKey<P>]?: number }
  & { readonly [key in RequiredKey<P>]: number };

/** A metric of one part of the data. */
export interface Figure<P extends Part = Part> {
  readonly key: FigureKey<P>;
  readonly metric: Metric;
}

/** The figures of a part that can be had. */
export function figuresOf<P extends Part>(part: P, of = metrics): Figure<P>[] {
  return of.filter(({ training }) => training || part !== "train")
    .map((metric) => ({ key: `${part}_${metric.name}` as const, metric }));
}

/** Takes the figures of a part from what was counted. */
export function measure<P extends Part>(part: P, counted: Totals | Counts): Figures<P> {
  const entries = figuresOf(part).flatMap(({ key, metric }) => {
    if (metric.training) return [[key, metric.of(counted)]];
    return "confusion" in counted ? [[key, metric.of(counted)]] : [];
  });
  return Object.fromEntries(entries);
}

/** `val_acc 0.8302`, as logs have it, of each figure that there is; with `right` of a proportion. */
export function logged<Key extends string>(
  figures: readonly { readonly key: Key; readonly metric: Metric }[],
  values: { readonly [key in Key]?: number },
  right?: Pick<Totals, "correct" | "count">,
): string[] {
  return figures.flatMap(({ key, metric }) => {
    const text = values[key]?.toFixed(metric.digits);
    return text === undefined ? [] : [`${key} ${text}${rightText(metric, right)}`];
  });
}

/** ` (8302/10000)` behind a proportion. */
export function rightText(
  { proportion }: Metric,
  right?: Pick<Totals, "correct" | "count">,
): string {
  return proportion && right ? ` (${right.correct}/${right.count})` : "";
}

/** `83.02 %`, as people read it. */
export function figureText(metric: Metric, value: number | undefined, missing = "–"): string {
  if (value === undefined) return missing;
  const text = (factor(metric) * value).toFixed(shownDigits(metric));
  return metric.unit === undefined ? text : `${text} ${metric.unit}`;
}

/** `83.02 ± 0.42`, in the metric's unit, over several seeds. */
export function figureSpreadText(metric: Metric, value: Spread | undefined): string {
  return value === undefined ? "-" : spreadText(value, shownDigits(metric), factor(metric));
}

/** A title for figures without their unit: `accuracy %`. */
export function unitTitle(title: string, { unit }: Metric): string {
  return unit === undefined ? title : `${title} ${unit}`;
}

/** What a figure is multiplied with for people. */
export function factor({ unit }: Metric): number {
  return unit === "%" ? 100 : 1;
}

function shownDigits({ unit, digits }: Metric): number {
  return unit === "%" ? digits - 2 : digits;
}
