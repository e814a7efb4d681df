import type { ImageSet } from "../../data/mod.ts";
import type { Row } from "./row.ts";
import { holm, mcnemar } from "../../statistics/mod.ts";

/** What two rows say of the same test images. */
export interface Pair {
  readonly first: Row;
  readonly second: Row;
  /** The share of the images to which both give the same class. */
  readonly agreement: number;
  readonly bothRight: number;
  readonly bothWrong: number;
  /** Indices of the images that one gets right and the other wrong, the surest mistakes first. */
  readonly onlyFirstRight: readonly number[];
  readonly onlySecondRight: readonly number[];
  /** Of the exact McNemar test that both are equally often right. */
  readonly p: number;
  /** The same, adjusted by Holm's method for the number of pairs. */
  readonly adjustedP: number;
}

/** Compares every two rows, each through its run with the lowest seed. */
export function comparePairs(rows: readonly Row[], test: ImageSet): Pair[] {
  const pairs = rows.flatMap((first, i) =>
    rows.slice(i + 1).map((second) => compare(first, second, test))
  );
  const adjusted = holm(pairs.map(({ p }) => p));
  return pairs.map((pair, i) => ({ ...pair, adjustedP: adjusted[i] }));
}

function compare(first: Row, second: Row, { count }: ImageSet): Omit<Pair, "adjustedP"> {
  const [a, b] = [first, second].map((row) => row.runs[0].predictions);
  const images = Array.from({ length: count }, (_, i) => i);
  const where = (condition: (i: number) => boolean) => images.filter(condition);
  /** The other's confidence in its wrong class: the surer it was, the more there is to see. */
  const surest = (indices: number[], { confidence }: typeof a) =>
    indices.sort((i, j) => confidence[j] - confidence[i] || i - j);
  const onlyFirstRight = surest(where((i) => a.correct[i] && !b.correct[i]), b);
  const onlySecondRight = surest(where((i) => b.correct[i] && !a.correct[i]), a);
  return {
    first,
    second,
    agreement: where((i) => a.predicted[i] === b.predicted[i]).length / count,
    bothRight: where((i) => a.correct[i] && b.correct[i]).length,
    bothWrong: where((i) => !a.correct[i] && !b.correct[i]).length,
    onlyFirstRight,
    onlySecondRight,
    p: mcnemar(onlyFirstRight.length, onlySecondRight.length),
  };
}
