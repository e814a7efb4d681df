/** How well one class is told from the others; 0 where a ratio has no terms, as scikit-learn has it. */
export interface ClassScore {
  readonly name: string;
  /** Share of the predictions of this class that are right. */
  readonly precision: number;
  /** Share of the examples of this class that are found. */
  readonly recall: number;
  /** Harmonic mean of both. */
  readonly f1: number;
  /** Examples of this class. */
  readonly support: number;
}

/** Precision, recall and F1 of each class from the counts `[class][prediction]`. */
export function classScores(
  confusion: readonly (readonly number[])[],
  classes: readonly string[],
): ClassScore[] {
  return classes.map((name, label) => {
    const support = confusion[label].reduce((sum, count) => sum + count, 0);
    const predicted = confusion.reduce((sum, row) => sum + row[label], 0);
    const right = confusion[label][label];
    const f1 = ratio(2 * right, support + predicted);
    return { name, precision: ratio(right, predicted), recall: ratio(right, support), f1, support };
  });
}

/** The unweighted mean of the classes' scores. */
export function macroMean(scores: readonly ClassScore[]): Omit<ClassScore, "name" | "support"> {
  const mean = (key: "precision" | "recall" | "f1") =>
    scores.reduce((sum, score) => sum + score[key], 0) / scores.length;
  return { precision: mean("precision"), recall: mean("recall"), f1: mean("f1") };
}

function ratio(part: number, whole: number): number {
  return whole === 0 ? 0 : part / whole;
}
