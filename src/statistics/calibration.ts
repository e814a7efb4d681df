/** The predictions whose confidence lies in one interval. */
export interface CalibrationBin {
  /** Bounds of the interval: above `from`, up to and with `to`. */
  readonly from: number;
  readonly to: number;
  readonly count: number;
  /** Mean confidence and share of right predictions; 0 where the bin is empty. */
  readonly confidence: number;
  readonly accuracy: number;
}

/** How far confidence is from accuracy. */
export interface Calibration {
  readonly bins: readonly CalibrationBin[];
  /** Expected calibration error: the mean gap of the bins, weighted by their counts. */
  readonly error: number;
  readonly count: number;
}

/**
 * Compares confidence (the probability of the predicted class, 0 to 1) with accuracy in bins of
 * equal width. Guo et al., "On Calibration of Modern Neural Networks" (2017), equation 3.
 */
export function calibration(
  confidences: ArrayLike<number>,
  correct: ArrayLike<boolean>,
  binCount = 15,
): Calibration {
  const count = confidences.length;
  if (count === 0 || count !== correct.length) {
    throw new RangeError(
      `Cannot calibrate: ${count} confidences and ${correct.length} outcomes, one of each is needed`,
    );
  }
  if (!Number.isInteger(binCount) || binCount < 1) {
    throw new RangeError(`Cannot calibrate in ${binCount} bins: give a whole number from 1`);
  }
  const sums = Array.from({ length: binCount }, () => ({ count: 0, confidence: 0, right: 0 }));
  for (let i = 0; i < count; i++) {
    const confidence = confidences[i];
    if (!(confidence >= 0 && confidence <= 1)) {
      throw new RangeError(`Cannot calibrate: confidence ${i} is ${confidence}, not from 0 to 1`);
    }
    const bin = sums[Math.max(0, Math.ceil(confidence * binCount) - 1)];
    bin.count++;
    bin.confidence += confidence;
    if (correct[i]) bin.right++;
  }
  const bins = sums.map((bin, i) => ({
    from: i / binCount,
    to: (i + 1) / binCount,
    count: bin.count,
    confidence: bin.count === 0 ? 0 : bin.confidence / bin.count,
    accuracy: bin.count === 0 ? 0 : bin.right / bin.count,
  }));
  const gaps = sums.map(({ confidence, right }) => Math.abs(confidence - right));
  return { bins, error: gaps.reduce((sum, gap) => sum + gap, 0) / count, count };
}
