import { fixed } from "./numbers.ts";
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
  /** Digits after the point in logs. */
  readonly digits: number;
  /** How people read it: multiplied, rounded, and with its unit, if any. */
  readonly format: { readonly factor: number; readonly digits: number; readonly unit: "" | " %" };
  readonly better: "higher" | "lower";
  /** Whether every file has it: one from before a metric was added does not. */
  readonly required?: boolean;
  /** Whether it stands first, and alone where there is little room. */
  readonly headline?: boolean;
  /** Whether it is `correct / count`, so that both and an interval stand beside it. */
  readonly proportion?: boolean;
}

/** Whether the totals of a training suffice, and how a figure comes from what was counted. */
type Measure =
  | { readonly training: true; readonly of: (totals: Totals) => number }
  | { readonly training: false; readonly of: (counts: Counts) => number };

/** The metrics as they are declared, with their names as types. */
export const declaredMetrics = [
  {
    name: "loss",
    label: "loss",
    digits: 4,
    format: { factor: 1, digits: 4, unit: "" },
    better: "lower",
    required: true,
    training: true,
    of: ({ loss }: Totals): number => loss,
  },
  {
    name: "acc",
    label: "accuracy",
    digits: 4,
    format: { factor: 100, digits: 2, unit: " %" },
    better: "higher",
    required: true,
    headline: true,
    proportion: true,
    training: true,
    of: ({ correct, count }: Totals): number => correct / count,
  },
] as const satisfies readonly (Description & Measure)[];

/** One of the metrics that there are. */
export type DeclaredMetric = typeof declaredMetrics[number];

/** A figure of merit: every file, page, picture and log reads it from here. */
export type Metric = Description & Measure & Pick<DeclaredMetric, "name" | "label">;

/** All metrics, in the order of files. */
export const metrics: readonly Metric[] = declaredMetrics;

/** The parts of the data that figures are of. */
export type Part = "train" | "val" | "test";

/** The name of a figure in files and logs: `val_acc`. */
export type FigureKey<P extends Part> = `${P}_${DeclaredMetric["name"]}`;

/** Figures by their names; figures of validation are absent without validation images. */
export type Figures<P extends Part> =
  & { readonly [key in FigureKey<P>]?: number }
  & {
    readonly [
      key in `${Exclude<P, "val">}_${Extract<DeclaredMetric, { required: true }>["name"]}`
    ]: number;
  };

/** A metric of one part of the data. */
export type Figure<P extends Part> = Metric & { readonly key: FigureKey<P> };

/** The figures of a part, in the order of files. */
export function figuresOf<P extends Part>(part: P): Figure<P>[] {
  return metrics.filter(({ training }) => training || part !== "train")
    .map((metric) => ({ ...metric, key: `${part}_${metric.name}` }));
}

/** The figures of a part that stand alone where there is little room. */
export function headlinesOf<P extends Part>(part: P): Figure<P>[] {
  return figuresOf(part).filter(({ headline }) => headline);
}

/** The figures of a part, in the order in which people read them and models are ranked. */
export function rankedOf<P extends Part>(part: P): Figure<P>[] {
  return [...headlinesOf(part), ...figuresOf(part).filter(({ headline }) => !headline)];
}

/** Takes the figures of a part from what was counted. */
export function measure<P extends Part>(part: P, counted: Totals | Counts): Figures<P> {
  const entries = figuresOf(part).flatMap((figure) => {
    if (figure.training) return [[figure.key, figure.of(counted)]];
    return "confusion" in counted ? [[figure.key, figure.of(counted)]] : [];
  });
  return Object.fromEntries(entries);
}

type Right = Pick<Totals, "correct" | "count">;
type Values<Key extends string> = { readonly [key in Key]?: number };

/** The figures that there are, as logs have them: `val_acc 0.8302`, a proportion with its counts. */
export function logged<Key extends string>(
  figures: readonly (Metric & { readonly key: Key })[],
  values: Values<Key>,
  right?: Right,
): string[] {
  return figures.flatMap(({ key, digits, proportion }) => {
    const value = values[key]?.toFixed(digits);
    return value === undefined ? [] : [`${key} ${value}${rightText(proportion, right)}`];
  });
}

/** As people read it: `83.02 %`, a proportion with its counts. */
export function figureText<Key extends string>(
  { key, format, proportion }: Metric & { readonly key: Key },
  values: Values<Key> = {},
  right?: Right,
): string {
  const value = values[key];
  if (value === undefined) return "–";
  const text = fixed(format.factor * value, format.digits);
  return `${text}${format.unit}${rightText(proportion, right)}`;
}

/** As people read it, over several seeds and without its unit: `83.02 ± 0.42`. */
export function figureSpreadText({ format }: Metric, values: Spread | undefined): string {
  return values === undefined ? "-" : spreadText(values, format.digits, format.factor);
}

const rightText = (proportion: boolean | undefined, right: Right | undefined) =>
  proportion && right ? ` (${right.correct}/${right.count})` : "";
