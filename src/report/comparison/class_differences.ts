import * as Plot from "@observablehq/plot";
import { chart, draw } from "../../picture/mod.ts";
import { colour, seriesStyle, textWidth } from "../../html/mod.ts";
import type { Comparison } from "./comparison.ts";

/** Pixels between the marks of two rows, so that equal ones do not hide each other. */
const apart = 6;
const symbols = ["circle", "triangle", "diamond", "square"] as const;

/** Draws the share of each class that each row finds on one line, told apart by shape and colour. */
export function classDifferencesPicture({ rows, test: { classes } }: Comparison): string {
  const kinds = rows.map(({ name }, i) => ({
    ...seriesStyle(i),
    symbol: symbols[i % symbols.length],
    text: name,
  }));
  const longest = Math.max(...classes.map((name) => textWidth(name, 13)));
  const lowest = Math.min(...rows.flatMap(({ recall }) => recall));
  const labels = classes.map((_, label) => label);
  const extreme = (of: (...values: number[]) => number) => (label: number) =>
    100 * of(...rows.map(({ recall }) => recall[label]));
  const part = chart({
    height: classes.length * Math.max(30, rows.length * apart + 12) + 66,
    marginLeft: longest + 24,
    marginRight: 28,
    marginTop: 14,
    marginBottom: 44,
    x: {
      domain: [Math.max(0, Math.floor(lowest * 10 - 0.5) * 10), 100],
      label: "% of the class's images that are recognised",
      ticks: 5,
    },
    y: {
      type: "band",
      domain: labels,
      tickFormat: (label: number) => classes[label],
      tickSize: 0,
      label: null,
    },
    marks: [
      Plot.gridX({ stroke: colour("line"), strokeOpacity: 1, ticks: 5 }),
      Plot.link(labels, {
        x1: extreme(Math.min),
        x2: extreme(Math.max),
        y: (label: number) => label,
        stroke: colour("muted"),
      }),
      ...rows.map(({ recall }, i) =>
        Plot.dot(labels, {
          x: (label: number) => 100 * recall[label],
          y: (label: number) => label,
          symbol: kinds[i].symbol,
          dy: (i - (rows.length - 1) / 2) * apart,
          r: 5,
          fill: kinds[i].stroke,
          stroke: colour("surface"),
        })
      ),
    ],
  });
  return draw({
    title: "Images of each class that are recognised",
    subtitle: rows.some(({ runs }) => runs.length > 1)
      ? "on the test images, mean over the seeds"
      : "on the test images",
    legend: kinds,
    parts: [part],
    width: longest + 24 + 520,
  });
}
