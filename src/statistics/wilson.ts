/** The 97.5 % point of the standard normal distribution. */
const z = 1.959963984540054;

/**
 * The 95 % confidence interval of a share of which `right` of `count` were seen: Wilson's score
 * interval, which stays within 0 and 1. Wilson, "Probable Inference, the Law of Succession, and
 * Statistical Inference" (1927), doi:10.1080/01621459.1927.10502953.
 */
export function wilsonInterval(right: number, count: number): [low: number, high: number] {
  if (!(count > 0 && right >= 0 && right <= count)) {
    throw new RangeError(`Cannot take the interval of ${right} in ${count}`);
  }
  const share = right / count;
  const scale = 1 + z * z / count;
  const middle = (share + z * z / (2 * count)) / scale;
  const half = z / scale * Math.sqrt(share * (1 - share) / count + z * z / (4 * count * count));
  return [Math.max(0, middle - half), Math.min(1, middle + half)];
}
