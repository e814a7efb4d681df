import * as Plot from "@observablehq/plot";
import { type Calibration, type CalibrationBin, percent } from "../statistics/mod.ts";
import { chart } from "./chart.ts";
import { colour, seriesStyle } from "../html/mod.ts";
import { draw } from "./picture.ts";

const perfect = { stroke: colour("muted"), dashes: "5 4", text: "perfectly calibrated" };
const measured = { ...seriesStyle(0), symbol: "square", text: "accuracy" } as const;

/** Draws accuracy over confidence, and below it how many predictions each bin holds. */
export function reliabilityPicture(
  title: string,
  subtitle: string,
  { bins, error, count }: Calibration,
): string {
  const filled = bins.filter((bin) => bin.count > 0);
  const bars = (y: (bin: CalibrationBin) => number, style: Plot.RectYOptions) =>
    Plot.rectY(filled, {
      x1: ({ from }: CalibrationBin) => 100 * from,
      x2: ({ to }: CalibrationBin) => 100 * to,
      insetLeft: 1,
      insetRight: 1,
      y,
      ...style,
    });
  const margins = { marginLeft: 58, marginRight: 24 };
  const grid = () => Plot.gridY({ stroke: colour("line"), strokeOpacity: 1, ticks: 5 });
  const reliability: Plot.PlotOptions = {
    ...margins,
    height: 300,
    marginTop: 34,
    marginBottom: 34,
    x: { domain: [0, 100], label: null, ticks: 5 },
    y: { domain: [0, 100], label: "accuracy in %", ticks: 5 },
    marks: [
      grid(),
      bars(({ accuracy }) => 100 * accuracy, { fill: measured.stroke, fillOpacity: 0.75 }),
      Plot.line([[0, 0], [100, 100]], {
        stroke: colour("ink"),
        strokeDasharray: perfect.dashes,
        strokeWidth: 1.5,
      }),
    ],
  };
  const histogram: Plot.PlotOptions = {
    ...margins,
    height: 150,
    marginTop: 40,
    marginBottom: 42,
    x: { domain: [0, 100], label: "confidence in %", ticks: 5 },
    y: { label: "% of the predictions, with their number", ticks: 3, nice: true },
    marks: [
      grid(),
      bars((bin) => 100 * bin.count / count, { fill: colour("muted") }),
      Plot.text(filled, {
        x: ({ from, to }: CalibrationBin) => 50 * (from + to),
        y: (bin: CalibrationBin) => 100 * bin.count / count,
        text: (bin: CalibrationBin) => shortCount(bin.count),
        dy: -7,
        fontSize: 10,
      }),
    ],
  };
  return draw({
    title: `${title}: expected calibration error ${percent(error)}`,
    subtitle,
    legend: [measured, { ...perfect, stroke: colour("ink") }],
    parts: [chart(reliability), chart(histogram)],
    width: 520,
  });
}

/** A count that fits above a bar. */
const shortCount = (count: number) => count < 10_000 ? `${count}` : `${Math.round(count / 1000)}k`;
