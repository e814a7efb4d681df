import * as Plot from "@observablehq/plot";
import { chart } from "./chart.ts";
import { colour, type SeriesStyle, seriesStyle } from "../html/mod.ts";
import { type Figures, type Metric, metrics } from "../statistics/mod.ts";
import { thinned } from "./thinned.ts";
import { draw, type LegendEntry, type Part } from "./picture.ts";

/** One epoch of a curve. */
export interface CurvePoint extends Partial<Figures<"train" | "val">> {
  readonly epoch: number;
}

/** The curves of one run. */
export interface Curves {
  readonly title: string;
  readonly subtitle: string;
  readonly history: readonly CurvePoint[];
  /** The epoch whose weights are kept as the best ones. */
  readonly best?: number;
  /** Epochs of the whole run, which may not have been reached. */
  readonly epochs: number;
}

/** One curve of a chart. */
interface Line {
  readonly style: SeriesStyle;
  readonly points: readonly { readonly epoch: number; readonly value: number }[];
}

const train: LegendEntry = { ...seriesStyle(1), text: "training" };
const validation: LegendEntry = { ...seriesStyle(0), text: "validation" };

/** The metrics of which there is a curve. */
export function measuredIn(history: readonly CurvePoint[]): Metric[] {
  return metrics.filter((metric) =>
    (["train", "val"] as const).some((part) => values(history, metric, part).length > 0)
  );
}

/** The title of a picture with all curves that there are: `Loss and accuracy`. */
export function curvesTitle(history: readonly CurvePoint[]): string {
  const labels = new Intl.ListFormat("en").format(measuredIn(history).map(({ label }) => label));
  return labels.charAt(0).toUpperCase() + labels.slice(1);
}

/**
 * Draws a run's metrics over its epochs, of training and validation images; `width` is in pixels.
 */
export function curvesPicture(
  curves: Curves,
  shown: readonly Metric[] = measuredIn(curves.history),
  width = 480,
): string {
  const { title, subtitle, history, best, epochs } = curves;
  const parts = shown.map((metric) => {
    const lines = [
      { style: train, points: values(history, metric, "train") },
      { style: validation, points: values(history, metric, "val") },
    ];
    return metricChart(metric, lines, epochs, best);
  });
  const legend = validated(history) ? [validation, train] : [train];
  return draw({ title, subtitle, legend, parts, width });
}

/** One of the runs whose curves are drawn over each other. */
export interface NamedCurve {
  readonly name: string;
  readonly history: readonly CurvePoint[];
}

/**
 * Draws the validation curves of several runs over each other, or a run's training curves where it
 * has no validation. `width` is in pixels.
 */
export function convergencePicture(
  title: string,
  subtitle: string,
  runs: readonly NamedCurve[],
  shown: readonly Metric[] = measuredIn(runs.flatMap(({ history }) => history)),
  width = 640,
): string {
  const epochs = Math.max(1, ...runs.map(({ history }) => history.length));
  const parts = shown.map((metric) => {
    const lines = runs.map(({ history }, i) => {
      const points = values(history, metric, "val");
      const drawn = points.length > 0 ? points : values(history, metric, "train");
      return { style: seriesStyle(i), points: drawn };
    });
    return metricChart(metric, lines, epochs);
  });
  const legend = runs.map(({ name, history }, i) => ({
    ...seriesStyle(i),
    text: validated(history) ? name : `${name} (training)`,
  }));
  return draw({ title, subtitle, legend, parts, width });
}

const validated = (history: readonly CurvePoint[]) =>
  metrics.some((metric) => values(history, metric, "val").length > 0);

function values(history: readonly CurvePoint[], { name }: Metric, part: "train" | "val") {
  const key = `${part}_${name}` as const;
  return thinned(history.flatMap((point) => {
    const value = point[key];
    return value === undefined || !Number.isFinite(value) ? [] : [{ epoch: point.epoch, value }];
  }));
}

function metricChart(
  { label, format }: Metric,
  lines: readonly Line[],
  epochs: number,
  best?: number,
): Part {
  const dotted = epochs <= 30;
  const marks = lines.flatMap(({ style, points }) => {
    const place = { x: "epoch", y: "value", stroke: style.stroke };
    const line = Plot.lineY(points, { ...place, strokeWidth: 2, strokeDasharray: style.dashes });
    return dotted ? [line, Plot.dot(points, { ...place, fill: colour("surface"), r: 3 })] : [line];
  });
  return chart({
    height: 236,
    marginLeft: 58,
    marginRight: 24,
    marginTop: 40,
    marginBottom: 42,
    x: { label: "epoch", ticks: epochTicks(epochs), tickFormat: "d", domain: epochDomain(epochs) },
    y: {
      label: format.unit === "" ? label : `${label} in${format.unit}`,
      nice: true,
      transform: (value: number) => value * format.factor,
    },
    marks: [
      Plot.gridY({ stroke: colour("line"), strokeOpacity: 1, ticks: 5 }),
      Plot.axisY({ ticks: 5 }),
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
