import type { Comparison, Row } from "./comparison.ts";
import type { Pair } from "./pairs.ts";

/** The images that one row gets right and another wrong. */
export interface Disagreement {
  readonly right: Row;
  readonly wrong: Row;
  /** Indices into the test set, the surest mistakes first. */
  readonly images: readonly number[];
}

/** What a comparison is of. */
export function headline({ rows, test, trainSize }: Comparison): string {
  const models = rows.length === 1 ? "1 model" : `${rows.length} models`;
  return `${models} on ${test.name}: ${test.count} images, trained on ${trainSize}`;
}

/** Both directions of every pair. */
export function disagreements({ pairs }: Comparison): Disagreement[] {
  return pairs.flatMap(({ first, second, onlyFirstRight, onlySecondRight }: Pair) => [
    { right: first, wrong: second, images: onlyFirstRight },
    { right: second, wrong: first, images: onlySecondRight },
  ]);
}

/** A sentence for each disagreement, with the images of the surest mistakes. */
export function imageLines(comparison: Comparison, count = 3): string[] {
  const { labels, classes } = comparison.test;
  return disagreements(comparison).map(({ right, wrong, images }) => {
    const { predicted } = wrong.runs[0].predictions;
    const examples = images.slice(0, count).map((i) =>
      `${i} (${classes[labels[i]]}, taken for ${classes[predicted[i]]})`
    );
    const list = examples.length === 0 ? "" : `: ${examples.join(", ")}`;
    const dots = images.length > count ? ", ..." : "";
    return `${right.name} right, ${wrong.name} wrong in ${images.length} images${list}${dots}`;
  });
}
