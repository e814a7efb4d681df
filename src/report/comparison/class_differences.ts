import { classSharesPicture } from "../../picture/mod.ts";
import { seriesStyle } from "../../html/mod.ts";
import type { Comparison } from "./comparison.ts";

/** Pixels between the marks of two rows. */
const apart = 6;
const symbols = ["circle", "triangle", "diamond", "square"] as const;

/** Draws the share of each class's images that each model recognises. */
export function classDifferencesPicture({ rows, test: { classes } }: Comparison): string {
  return classSharesPicture({
    title: "Images of each class that are recognised",
    subtitle: rows.some(({ runs }) => runs.length > 1)
      ? "on the test images, mean over the seeds"
      : "on the test images",
    classes,
    kinds: rows.map(({ name, recall }, i) => ({
      ...seriesStyle(i),
      symbol: symbols[i % symbols.length],
      text: name,
      shares: recall,
      dy: (i - (rows.length - 1) / 2) * apart,
    })),
    label: "% of the class's images that are recognised",
    rowHeight: Math.max(30, rows.length * apart + 12),
    width: 520,
  });
}
