import * as Plot from "@observablehq/plot";
import { colour, seriesStyle } from "../html/mod.ts";
import type { Metric } from "../statistics/mod.ts";
import { chart } from "./chart.ts";
import { draw, type Part } from "./picture.ts";
import { extent, shortNumber } from "./value_axis.ts";

/** A setting that a study varies, as an axis. */
export interface StudyAxis {
  readonly name: string;
  /** Whether its numbers are orders of magnitude. */
  readonly log: boolean;
  /** Its choices; undefined where it is a range of numbers. */
  readonly choices?: readonly string[];
}

/** A trial of a study, as pictures show it. */
export interface StudyDot {
  readonly n: number;
  /** Its best validation figure, as people read it. */
  readonly value: number;
  readonly complete: boolean;
  /** What it has for each axis that has a meaning for it. */
  readonly values: Readonly<Record<string, string | number | boolean>>;
  /** The figure after each epoch. */
  readonly curve: readonly number[];
}

/** What the pictures of a study show. */
export interface StudyView {
  /** The study's name. */
  readonly title: string;
  readonly metric: Metric;
  readonly axes: readonly StudyAxis[];
  readonly trials: readonly StudyDot[];
}

const margins = { marginLeft: 58, marginRight: 24, marginTop: 30, marginBottom: 42 };
const [done, ended] = [seriesStyle(0), seriesStyle(1)];
const legend = [
  { ...done, symbol: "circle" as const, text: "trained to its end" },
  { ...ended, symbol: "triangle" as const, text: "ended before" },
];

const labelOf = ({ label, format: { unit } }: Metric) => `validation ${label}${unit}`;
const isBetter = ({ better }: Metric, a: number, b: number) => better === "higher" ? a > b : a < b;

/** The marks of trials: shapes tell them apart too. */
const dots = (
  trials: readonly StudyDot[],
  x: (trial: StudyDot) => unknown,
  y: Plot.ChannelValue,
) => [
  Plot.dot(trials.filter(({ complete }) => !complete), {
    x,
    y,
    symbol: "triangle",
    stroke: ended.stroke,
  }),
  Plot.dot(trials.filter(({ complete }) => complete), { x, y, fill: done.stroke }),
];

/** What the better three quarters of the trials span: the others are drawn at its edge. */
function valueDomain({ metric, trials }: StudyView): [number, number] {
  const values = trials.map(({ value }) => value).sort((a, b) => isBetter(metric, a, b) ? -1 : 1);
  const [low, high] = extent(values.slice(0, Math.max(2, Math.ceil(0.75 * values.length))));
  const room = (high - low) / 20 || 1;
  return [low - room, high + room];
}

/** What a picture adds to its subtitle where trials are drawn at an axis's edge. */
function edgeNote(view: StudyView): string {
  const [low, high] = valueDomain(view);
  const isBeyond = view.trials.some(({ value }) => value < low || value > high);
  return isBeyond ? "; the worst ones stand at the axis's edge" : "";
}

/** The figure of each trial, and the best of those so far. */
export function studyHistoryPicture(view: StudyView, width = 640): string {
  const { metric, trials, title } = view;
  let best: number | undefined;
  const line = trials.flatMap(({ n, value, complete }) => {
    if (complete && (best === undefined || isBetter(metric, value, best))) best = value;
    return best === undefined ? [] : [{ n, best }];
  });
  const part = chart({
    ...margins,
    x: { label: "trial", tickFormat: shortNumber },
    y: { label: labelOf(metric), domain: valueDomain(view), clamp: true, grid: true },
    marks: [
      Plot.lineY(line, { x: "n", y: "best", curve: "step-after", stroke: colour("muted") }),
      ...dots(trials, ({ n }) => n, "value"),
    ],
  });
  return draw({
    title,
    subtitle: `history of its trials${edgeNote(view)}`,
    legend,
    parts: [part],
    width,
  });
}

/** The figure of each trial over each setting. */
export function studySlicePicture(view: StudyView, width = 640): string {
  const { axes, title } = view;
  const parts = axes.map((axis) => sliceOf(view, axis));
  return draw({ title, subtitle: `each setting by itself${edgeNote(view)}`, legend, parts, width });
}

function sliceOf(view: StudyView, { name, log, choices }: StudyAxis): Part {
  const trials = view.trials.filter(({ values }) => name in values);
  const at = ({ values }: StudyDot) => choices === undefined ? values[name] : String(values[name]);
  return chart({
    ...margins,
    height: 180,
    x: choices === undefined
      ? { label: name, type: log ? "log" : "linear", tickFormat: shortNumber, ticks: 6 }
      : { label: name, type: "point", domain: choices },
    y: { label: labelOf(view.metric), domain: valueDomain(view), clamp: true, grid: true },
    marks: dots(trials, at, "value"),
  });
}

/** The figure over two ranges of numbers; undefined where there are no two, or too few trials. */
export function studyContourPicture(view: StudyView, width = 640): string | undefined {
  const [x, y] = view.axes.filter(({ choices }) => choices === undefined);
  if (x === undefined || y === undefined) return undefined;
  const trials = view.trials.filter(({ values }) => x.name in values && y.name in values);
  if (trials.length < 4) return undefined;
  const [low, high] = valueDomain(view);
  const at = (axis: StudyAxis) => ({ values }: StudyDot) => Number(values[axis.name]);
  const scale = ({ name, log }: StudyAxis) => ({
    label: name,
    type: log ? "log" as const : "linear" as const,
    tickFormat: shortNumber,
    ticks: 6,
  });
  const part = chart({
    ...margins,
    height: 320,
    x: scale(x),
    y: scale(y),
    color: { scheme: "cividis", domain: [low, high], clamp: true },
    marks: [
      Plot.contour(trials, {
        x: at(x),
        y: at(y),
        fill: ({ value }: StudyDot) => Math.min(high, Math.max(low, value)),
        interpolate: "barycentric",
        blur: 4,
        stroke: colour("surface"),
        strokeOpacity: 0.5,
      }),
      Plot.dot(trials, {
        x: at(x),
        y: at(y),
        r: 2,
        fill: colour("ink"),
        stroke: colour("surface"),
      }),
    ],
  });
  const subtitle = `${
    labelOf(view.metric)
  } over ${x.name} and ${y.name}: the lighter, the ${view.metric.better}, from ${
    shortNumber(low)
  } to ${shortNumber(high)}`;
  return draw({ title: view.title, subtitle, parts: [part], width });
}

/** Each trial as a line through what it has for each setting, the better ones heavier. */
export function studyParallelPicture(view: StudyView, width = 640): string {
  const { axes, trials, metric, title } = view;
  const [low, high] = valueDomain(view);
  const { name, format } = metric;
  const result: StudyAxis = { name: `val_${name}${format.unit}`, log: false };
  const all = [...axes, result];
  const valueOf = (trial: StudyDot, axis: StudyAxis) =>
    axis === result ? Math.min(high, Math.max(low, trial.value)) : trial.values[axis.name];
  const heights = all.map((axis) =>
    heightOn(axis, trials.flatMap((trial) => valueOf(trial, axis) ?? []))
  );
  const points = trials.flatMap((trial) => {
    const share = (Math.min(high, Math.max(low, trial.value)) - low) / (high - low);
    const quality = metric.better === "higher" ? share : 1 - share;
    return all.flatMap((axis, i) => {
      const value = valueOf(trial, axis);
      return value === undefined
        ? []
        : [{ n: trial.n, axis: axis.name, height: heights[i].of(value), quality }];
    });
  });
  const ends = all.flatMap((axis, i) =>
    heights[i].ends.map(({ height, text }) => ({ axis: axis.name, height, text }))
  );
  const part = chart({
    ...margins,
    height: 320,
    marginRight: 58,
    x: { type: "point", domain: all.map(({ name }) => name), label: null },
    y: { domain: [-0.05, 1.05], axis: null },
    color: { scheme: "cividis", domain: [0, 1] },
    marks: [
      Plot.ruleX(all, { x: "name", stroke: colour("line") }),
      Plot.line(points.toSorted((a, b) => a.quality - b.quality), {
        x: "axis",
        y: "height",
        z: "n",
        stroke: "quality",
        strokeWidth: 1.5,
        strokeOpacity: 0.8,
      }),
      Plot.text(ends, { x: "axis", y: "height", text: "text", dx: 6, textAnchor: "start" }),
    ],
  });
  const subtitle = `each trial as a line, the lighter, the ${metric.better}`;
  return draw({ title, subtitle, parts: [part], width });
}

/** Where values lie on an axis from 0 to 1, and what stands at its ends or choices. */
function heightOn({ log, choices }: StudyAxis, values: readonly (string | number | boolean)[]) {
  if (choices !== undefined) {
    const last = Math.max(1, choices.length - 1);
    return {
      of: (value: unknown) => choices.indexOf(String(value)) / last,
      ends: choices.map((text, i) => ({ height: i / last, text })),
    };
  }
  // A picture may round as it likes, but only the exact members of Math are used here.
  const on = (value: number) => log ? binaryLogarithm(value) : value;
  const [low, high] = extent(values.map(Number));
  const span = on(high) - on(low) || 1;
  return {
    of: (value: unknown) => (on(Number(value)) - on(low)) / span,
    ends: [low, high].map((value, height) => ({ height, text: shortNumber(value) })),
  };
}

/** log2 to within the width of a line: its whole part, and the rest as if it were straight. */
function binaryLogarithm(value: number): number {
  let [rest, whole] = [value, 0];
  for (; rest >= 2; rest /= 2) whole++;
  for (; rest < 1; rest *= 2) whole--;
  return whole + rest - 1;
}

/** The figure of each trial over its epochs. */
export function studyCurvesPicture(view: StudyView, width = 640): string {
  const { metric, trials, title } = view;
  const points = trials.flatMap(({ n, curve, complete }) =>
    curve.map((value, i) => ({ n, epoch: i + 1, value, complete }))
  );
  const [low, high] = valueDomain(view);
  const part = chart({
    ...margins,
    height: 300,
    x: { label: "epoch", tickFormat: shortNumber },
    y: { label: labelOf(metric), domain: [low, high], clamp: true, grid: true },
    marks: [false, true].flatMap((whether) => {
      const some = points.filter(({ complete }) => complete === whether);
      const { stroke } = whether ? done : ended;
      return [
        Plot.lineY(some, { x: "epoch", y: "value", z: "n", stroke, strokeOpacity: 0.7 }),
        Plot.dot(some, { x: "epoch", y: "value", r: 1.5, stroke }),
      ];
    }),
  });
  return draw({ title, subtitle: "learning curves of its trials", legend, parts: [part], width });
}
