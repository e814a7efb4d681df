/**
 * The two-sided p-value of McNemar's test that two classifiers are equally often right, in its
 * exact (binomial) form, which holds for any counts: of the examples that only one of them gets
 * right, each belongs to either with chance 1/2. McNemar, "Note on the sampling error of the
 * difference between correlated proportions or percentages" (1947), doi:10.1007/BF02295996;
 * Dietterich, "Approximate statistical tests for comparing supervised classification learning
 * algorithms" (1998), doi:10.1162/089976698300017197.
 */
export function mcnemar(onlyFirst: number, onlySecond: number): number {
  for (const count of [onlyFirst, onlySecond]) {
    if (!Number.isSafeInteger(count) || count < 0) {
      throw new RangeError(`Cannot test ${onlyFirst} against ${onlySecond}: counts are from 0 up`);
    }
  }
  if (onlyFirst === onlySecond) return 1;
  const count = onlyFirst + onlySecond;
  const least = Math.min(onlyFirst, onlySecond);
  // The chance of `least` of `count`, as a logarithm: 2^-count may be too small for a number.
  let logarithm = -count * Math.LN2;
  for (let i = 0; i < least; i++) logarithm += Math.log((count - i) / (i + 1));
  // The chances of fewer, as multiples of it.
  let [sum, term] = [0, 1];
  for (let i = least; term > sum * Number.EPSILON; i--) {
    sum += term;
    term *= i / (count - i + 1);
  }
  return Math.min(1, 2 * Math.exp(logarithm) * sum);
}

/**
 * The p-values of several tests such that the chance of any false alarm among them stays below
 * each, in the order given. Holm, "A simple sequentially rejective multiple test procedure" (1979).
 */
export function holm(values: readonly number[]): number[] {
  const adjusted = new Array<number>(values.length);
  let most = 0;
  const order = values.map((_, i) => i).sort((a, b) => values[a] - values[b]);
  order.forEach((place, rank) => {
    most = Math.max(most, Math.min(1, values[place] * (values.length - rank)));
    adjusted[place] = most;
  });
  return adjusted;
}
