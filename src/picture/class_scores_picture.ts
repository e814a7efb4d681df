import * as Plot from "@observablehq/plot";
import type { ClassScore } from "../statistics/mod.ts";
import { chart } from "./chart.ts";
import { colour, seriesStyle, textWidth } from "../html/mod.ts";
import { draw } from "./picture.ts";

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

/** Draws each class's precision, recall and F1 on one line, told apart by shape and colour. */
export function classScoresPicture({ title, subtitle, scores }: ClassScores): string {
  const longest = Math.max(...scores.map(({ name }) => textWidth(name, 13)));
  const indices = scores.map((_, i) => i);
  const lowest = Math.min(...scores.flatMap(({ precision, recall }) => [precision, recall]));
  const from = Math.max(0, Math.floor(lowest * 10 - 0.5) * 10);
  const options: Plot.PlotOptions = {
    height: scores.length * 32 + 66,
    marginLeft: longest + 24,
    marginRight: 28,
    marginTop: 14,
    marginBottom: 44,
    x: { domain: [from, 100], label: "% of the predictions or examples", grid: false, ticks: 5 },
    y: {
      type: "band",
      domain: indices,
      tickFormat: (i: number) => scores[i].name,
      tickSize: 0,
      label: null,
    },
    marks: [
      Plot.gridX({ stroke: colour("line"), strokeOpacity: 1, ticks: 5 }),
      Plot.link(scores, {
        x1: ({ precision, recall }: ClassScore) => 100 * Math.min(precision, recall),
        x2: ({ precision, recall }: ClassScore) => 100 * Math.max(precision, recall),
        y1: (_: ClassScore, i: number) => i,
        y2: (_: ClassScore, i: number) => i,
        stroke: colour("muted"),
      }),
      ...kinds.map(({ key, symbol, stroke, dy }) =>
        Plot.dot(scores, {
          x: (score: ClassScore) => 100 * score[key],
          y: (_: ClassScore, i: number) => i,
          symbol,
          dy,
          r: 5,
          fill: stroke,
          stroke: colour("surface"),
        })
      ),
    ],
  };
  return draw({
    title,
    subtitle,
    legend: kinds,
    parts: [chart(options)],
    width: longest + 24 + 420,
  });
}
