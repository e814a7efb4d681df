import * as Plot from "@observablehq/plot";
import { chart } from "./chart.ts";
import { colour, type SeriesStyle, textWidth } from "../html/mod.ts";
import type { Metric } from "../statistics/mod.ts";
import type { Part } from "./picture.ts";
import { type ValueAxis, valueAxis } from "./value_axis.ts";

/** One curve of a chart. */
export interface Line {
  readonly style: SeriesStyle;
  readonly points: readonly { readonly epoch: number; readonly value: number }[];
}

/** The curves of a metric. */
export interface MetricCurves {
  readonly metric: Metric;
  readonly lines: readonly Line[];
  /** Greater values are drawn at the axis's edge. */
  readonly limit?: number;
}

/** Draws metrics over the same epochs, each in a chart of its own, with the epochs in line. */
export function metricCharts(
  all: readonly MetricCurves[],
  epochs: number,
  best?: number,
): Part[] {
  const axes = all.map(({ metric, lines, limit = Infinity }) => {
    const values = lines.flatMap(({ points }) => points.map(({ value }) => value));
    return valueAxis(values.filter((value) => value <= limit), metric.better === "lower");
  });
  const texts = axes.flatMap(({ ticks }) => ticks.map(({ text }) => textWidth(text, 13)));
  const marginLeft = Math.max(58, ...texts.map((width) => width + 10));
  return all.map((curves, i) => metricChart(curves, axes[i], { marginLeft, epochs, best }));
}

function metricChart(
  { metric: { label, format }, lines }: MetricCurves,
  { type, domain, ticks }: ValueAxis,
  { marginLeft, epochs, best }: {
    readonly marginLeft: number;
    readonly epochs: number;
    readonly best: number | undefined;
  },
): Part {
  const dotted = epochs <= 30;
  const [low, high] = domain;
  const marks = lines.flatMap(({ style, points }) => {
    const place = { x: "epoch", y: "value", stroke: style.stroke };
    const drawn = points.map(({ epoch, value }) => ({
      epoch,
      value: Math.min(high, Math.max(low, value)),
      beyond: value > high,
    }));
    // A line of one point cannot be seen.
    const dots = drawn.filter(({ beyond }) => !beyond && (dotted || drawn.length === 1));
    const beyond = drawn.filter(({ beyond }, i) => beyond && (dotted || !drawn[i - 1]?.beyond));
    return [
      Plot.lineY(drawn, { ...place, strokeWidth: 2, strokeDasharray: style.dashes }),
      Plot.dot(dots, { ...place, fill: colour("surface"), r: 3 }),
      Plot.dot(beyond, { ...place, symbol: "triangle", fill: style.stroke, r: 4 }),
    ];
  });
  const values = ticks.map(({ value }) => value);
  const texts = new Map(ticks.map(({ value, text }) => [value, text]));
  const unit = format.unit === "" ? label : `${label} in${format.unit}`;
  return chart({
    height: 236,
    marginLeft,
    marginRight: 24,
    marginTop: 40,
    marginBottom: 42,
    x: { label: "epoch", ticks: epochTicks(epochs), tickFormat: "d", domain: epochDomain(epochs) },
    y: { type, domain, label: type === "log" ? `${unit} (log scale)` : unit },
    marks: [
      Plot.gridY(values, { stroke: colour("line"), strokeOpacity: 1 }),
      Plot.axisY(values, { tickFormat: (value) => texts.get(value) ?? "" }),
      ...(best === undefined ? [] : bestEpoch(best, epochs)),
      ...marks,
    ],
  });
}

function bestEpoch(best: number, epochs: number): Plot.Markish[] {
  const late = best > (1 + epochs) / 2;
  const ink = colour("muted");
  return [
    Plot.ruleX([best], { stroke: ink, strokeDasharray: "3 3" }),
    Plot.text([best], {
      x: (epoch: number) => epoch,
      text: (epoch: number) => `best: epoch ${epoch}`,
      frameAnchor: "top",
      textAnchor: late ? "end" : "start",
      dx: late ? 4 : -4,
      dy: -16,
      fill: ink,
    }),
  ];
}

/** A single epoch stands in the middle. */
const epochDomain = (epochs: number): [number, number] => epochs === 1 ? [0.5, 1.5] : [1, epochs];

/** Whole epochs, at most 10 of them. */
function epochTicks(epochs: number): number[] {
  const step = [1, 2, 5, 10, 20, 50, 100, 200, 500].find((size) => epochs / size <= 10) ?? 1000;
  const ticks = [1];
  for (let epoch = step === 1 ? 2 : step; epoch <= epochs; epoch += step) ticks.push(epoch);
  return ticks;
}
