import { scalarMath } from "../tensor/mod.ts";

/** A value of a setting. */
export type Value = string | number | boolean;

/** What a setting may be in a study. */
export type Domain =
  | { readonly kind: "choice"; readonly values: readonly Value[] }
  | {
    readonly kind: "range";
    readonly low: number;
    readonly high: number;
    /** Whether orders of magnitude are equally likely, and not the numbers. */
    readonly log: boolean;
    /** Whether it has whole numbers alone. */
    readonly whole: boolean;
  };

/** A range as numbers on a line along which all parts are equally likely. */
export interface Line {
  readonly low: number;
  readonly high: number;
}

const number = String.raw`[+-]?(?:\d+\.?\d*|\.\d+)(?:e[+-]?\d+)?`;
const range = new RegExp(`^(log:)?(${number})\\.\\.(${number})$`, "i");

/** The numbers of `8..64` or `log:1e-4..1`; undefined where a text is no range. */
export function rangeOf(text: string): { low: number; high: number; log: boolean } | undefined {
  const [, log, low, high] = range.exec(text) ?? [];
  return low === undefined
    ? undefined
    : { low: Number(low), high: Number(high), log: log !== undefined };
}

/** A range as people write it: `log:0.0001..1`; choices as `sgd,adamw`. */
export const domainText = (domain: Domain): string =>
  domain.kind === "choice"
    ? domain.values.join(",")
    : `${domain.log ? "log:" : ""}${domain.low}..${domain.high}`;

/** The line of a range: whole numbers reach half a step beyond its ends, as in Optuna. */
export function lineOf({ low, high, log, whole }: Extract<Domain, { kind: "range" }>): Line {
  const half = whole ? 0.5 : 0;
  const on = log ? scalarMath.ln : (x: number) => x;
  return { low: on(low - half), high: on(high + half) };
}

/** A value of a range as a place on its line. */
export const placeOf = ({ log }: Extract<Domain, { kind: "range" }>, value: number): number =>
  log ? scalarMath.ln(value) : value;

/**
 * The value at a place of a range's line. Numbers that are not whole are rounded to four significant
 * digits, so that a config is readable, and what is read is what was trained.
 */
export function valueAt(
  { low, high, log, whole }: Extract<Domain, { kind: "range" }>,
  place: number,
): number {
  const exact = log ? scalarMath.exp(place) : place;
  const rounded = whole ? Math.round(exact) : Number(exact.toPrecision(4));
  return Math.min(high, Math.max(low, rounded));
}

/** The value of a domain at a share `u` of it, from [0, 1). */
export function valueOf(domain: Domain, u: number): Value {
  if (domain.kind === "choice") return domain.values[Math.floor(u * domain.values.length)];
  const { low, high } = lineOf(domain);
  return valueAt(domain, low + u * (high - low));
}
