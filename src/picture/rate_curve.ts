import * as Plot from "@observablehq/plot";
import { colour, seriesStyle } from "../html/mod.ts";
import { chart } from "./chart.ts";
import { draw } from "./picture.ts";
import { extent, shortNumber, valueAxis } from "./value_axis.ts";

/** A step of a learning-rate range test. */
export interface RateCurvePoint {
  readonly lr: number;
  readonly loss: number;
  readonly smoothed: number;
}

/** Draws the losses of a learning-rate range test, and their running mean, over the rate. */
export function rateCurvePicture(
  { title, subtitle, points, suggested }: {
    readonly title: string;
    readonly subtitle: string;
    readonly points: readonly RateCurvePoint[];
    /** A rate to mark. */
    readonly suggested?: number;
  },
  width = 640,
): string {
  const [mean, single] = [seriesStyle(0), seriesStyle(1)];
  // What explodes goes beyond the axis: how the loss fell is to be seen.
  const highest = 1.5 * points[0].smoothed;
  const axis = valueAxis(
    points.flatMap(({ loss, smoothed }) => [loss, smoothed]).map((loss) => Math.min(loss, highest)),
    true,
  );
  const [, high] = axis.domain;
  const beyond = points.findIndex(({ smoothed }) => smoothed > high);
  const curve = beyond < 0 ? points : points.slice(0, beyond);
  const dots = points.filter(({ loss }) => loss <= high);
  const texts = new Map(axis.ticks.map(({ value, text }) => [value, text]));
  const values = axis.ticks.map(({ value }) => value);
  const [first, last] = extent(points.map(({ lr }) => lr));
  const part = chart({
    height: 300,
    marginLeft: 58,
    marginRight: 24,
    marginTop: 40,
    marginBottom: 42,
    x: {
      type: "log",
      label: "learning rate (log scale)",
      domain: [first, last],
      ticks: 6,
      tickFormat: shortNumber,
    },
    y: { type: axis.type, domain: axis.domain, label: "loss" },
    marks: [
      Plot.gridY(values, { stroke: colour("line"), strokeOpacity: 1 }),
      Plot.axisY(values, { tickFormat: (value) => texts.get(value) ?? "" }),
      ...(suggested === undefined ? [] : [
        Plot.ruleX([suggested], { stroke: colour("muted"), strokeDasharray: "3 3" }),
      ]),
      Plot.dot(dots, { x: "lr", y: "loss", r: 2, stroke: single.stroke }),
      Plot.lineY(curve, { x: "lr", y: "smoothed", stroke: mean.stroke, strokeWidth: 2 }),
    ],
  });
  const legend = [{ ...mean, text: "running mean" }, {
    ...single,
    symbol: "circle" as const,
    text: "a step's loss",
  }];
  return draw({ title, subtitle, legend, parts: [part], width });
}
