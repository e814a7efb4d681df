import type { ClassScore } from "../statistics/mod.ts";
import { seriesStyle } from "../html/mod.ts";
import { classSharesPicture } from "./class_shares.ts";

/** The scores of each class and what they are of. */
export interface ClassScores {
  readonly title: string;
  readonly subtitle: string;
  readonly scores: readonly ClassScore[];
}

const kinds = [
  { key: "precision", text: "precision", symbol: "circle", dy: -8, ...seriesStyle(0) },
  { key: "recall", text: "recall", symbol: "triangle", dy: 8, ...seriesStyle(1) },
  { key: "f1", text: "F1", symbol: "diamond", dy: 0, ...seriesStyle(2) },
] as const;

/** Draws each class's precision, recall and F1 in one row, told apart by shape and colour. */
export function classScoresPicture({ title, subtitle, scores }: ClassScores): string {
  return classSharesPicture({
    title,
    subtitle,
    classes: scores.map(({ name }) => name),
    kinds: kinds.map(({ key, ...kind }) => ({ ...kind, shares: scores.map((one) => one[key]) })),
    label: "% of the predictions or examples",
    rowHeight: 32,
    width: 420,
  });
}
