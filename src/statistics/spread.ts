import { fixed } from "./numbers.ts";

/** A figure over several seeds. */
export interface Spread {
  readonly mean: number;
  /** Of a sample (n - 1); 0 for a single value. */
  readonly deviation: number;
  readonly count: number;
}

/** Mean and standard deviation of at least one value. */
export function spread(values: readonly number[]): Spread {
  const count = values.length;
  if (count === 0) throw new RangeError("Cannot take the mean of no values");
  const mean = values.reduce((sum, value) => sum + value, 0) / count;
  const squares = values.reduce((sum, value) => sum + (value - mean) * (value - mean), 0);
  return { mean, deviation: count === 1 ? 0 : Math.sqrt(squares / (count - 1)), count };
}

/** `88.71 ± 0.42`, or the value alone where there is one; every number is multiplied by `factor`. */
export function spreadText({ mean, deviation, count }: Spread, digits: number, factor = 1): string {
  const [middle, apart] = [mean, deviation].map((value) => fixed(factor * value, digits));
  return count === 1 ? middle : `${middle} ± ${apart}`;
}
