import { gridPicture, inRows, pixelsOf } from "../../picture/mod.ts";
import { shownName } from "../../data/mod.ts";
import { shortPercent } from "../../statistics/mod.ts";
import type { Comparison } from "./comparison.ts";
import type { Row } from "./row.ts";

/** The images that one row gets right and another wrong. */
export interface Disagreement {
  readonly right: Row;
  readonly wrong: Row;
  /** Indices into the test set, the surest mistakes first. */
  readonly images: readonly number[];
}

/** Both directions of every pair. */
export function disagreements({ pairs }: Comparison): Disagreement[] {
  return pairs.flatMap(({ first, second, onlyFirstRight, onlySecondRight }) => [
    { right: first, wrong: second, images: onlyFirstRight },
    { right: second, wrong: first, images: onlySecondRight },
  ]);
}

/** Draws the 10 images of whose wrong class the row that is wrong was surest. */
export function disagreementPicture(
  { right, wrong, images }: Disagreement,
  { test }: Comparison,
): string {
  const { predicted, confidence } = wrong.runs[0].predictions;
  const shown = images.slice(0, 10).map((i) => {
    const is = test.classes[test.labels[i]];
    const said = `${test.classes[predicted[i]]} ${shortPercent(confidence[i])}`;
    const tip = `image ${i} is ${is}, as ${right.name} says; ${wrong.name} says ${said}`;
    return { ...pixelsOf(test, i), caption: is, mark: `${i}`, detail: said, tip };
  });
  return gridPicture({
    title: `${right.name} right, ${wrong.name} wrong: ${shown.length} of ${images.length}`,
    subtitle: `${
      shownName(test.name)
    } · below each image its class and number, then ${wrong.name}'s`,
    rows: inRows(shown, 5),
    size: 112,
  });
}
