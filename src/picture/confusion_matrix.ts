import * as Plot from "@observablehq/plot";
import { chart } from "./chart.ts";
import { colour, textWidth } from "../html/mod.ts";
import { draw } from "./picture.ts";
import { shortPercent } from "../statistics/mod.ts";

/** Counts `[class][prediction]` and what they are of. */
export interface ConfusionMatrix {
  readonly title: string;
  readonly subtitle: string;
  readonly classes: readonly string[];
  readonly counts: readonly (readonly number[])[];
}

const cellWidth = 54;
const cellHeight = 42;
const size = 13;
const corner = ["predicted as →", "class ↓"];

/**
 * Draws a confusion matrix: a row for each class, a column for each prediction, in each cell the
 * count and its share of the row. Darkness alone carries the share, so it reads in grey too.
 */
export function confusionPicture({ title, subtitle, classes, counts }: ConfusionMatrix): string {
  const cells = counts.flatMap((row, label) => {
    const total = row.reduce((sum, count) => sum + count, 0);
    return row.map((count, prediction) => {
      const share = total === 0 ? 0 : count / total;
      return { label, prediction, count, share, strength: Math.sqrt(share) };
    });
  });
  const longest = Math.max(...classes.map((name) => textWidth(name, size)));
  // Column names lean by 35 degrees: sine and cosine of the angle give their room.
  const [rise, reach] = [Math.ceil(longest * 0.574) + 14, Math.ceil(longest * 0.819)];
  const marginLeft = Math.max(longest, ...corner.map((line) => textWidth(line, size))) + 12;
  const marginRight = Math.max(24, reach - cellWidth / 2 + 16);
  const width = marginLeft + classes.length * cellWidth + marginRight + 24;
  const indices = classes.map((_, i) => i);
  const place = { x: "prediction", y: "label" };
  const words = (filter: (cell: typeof cells[number]) => boolean, fill: string) => {
    const shown = cells.filter(filter);
    return [
      Plot.text(shown, { ...place, text: "count", fill, dy: -7, fontWeight: 600 }),
      Plot.text(shown, {
        ...place,
        text: ({ share }: typeof cells[number]) => shortPercent(share),
        fill,
        dy: 9,
        fontSize: 11,
      }),
    ];
  };
  const options: Plot.PlotOptions = {
    height: classes.length * cellHeight + rise + 12,
    marginLeft,
    marginRight,
    marginTop: rise,
    marginBottom: 12,
    padding: 0,
    x: {
      axis: "top",
      domain: indices,
      tickFormat: (i: number) => classes[i],
      tickRotate: -35,
      tickSize: 0,
      label: null,
    },
    y: { domain: indices, tickFormat: (i: number) => classes[i], tickSize: 0, label: null },
    marks: [
      Plot.cell(cells, {
        ...place,
        fill: colour("accent"),
        fillOpacity: "strength",
        stroke: colour("line"),
        strokeWidth: 1,
      }),
      Plot.cell(cells.filter(({ label, prediction }) => label === prediction), {
        ...place,
        fill: "none",
        stroke: colour("ink"),
        strokeWidth: 2,
        inset: 1,
      }),
      ...words(({ strength }) => strength > 0.71, colour("on-accent")),
      ...words(({ strength }) => strength > 0.53 && strength <= 0.71, colour("on-half-accent")),
      ...words(({ strength, count }) => strength <= 0.53 && count > 0, colour("ink")),
      Plot.text(cells.filter(({ count }) => count === 0), {
        ...place,
        text: "count",
        fill: colour("muted"),
      }),
      ...corner.map((line, i) =>
        Plot.text([line], {
          frameAnchor: "top-left",
          textAnchor: "end",
          dx: -9,
          dy: 18 * i - 30,
          fill: colour("muted"),
        })
      ),
    ],
    opacity: { type: "identity" },
  };
  return draw({ title, subtitle, parts: [chart(options)], width });
}
