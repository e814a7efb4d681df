import { colour } from "../html/mod.ts";
import type { MetricCurves } from "./metric_charts.ts";
import type { LegendEntry } from "./picture.ts";
import { extent, shortNumber } from "./value_axis.ts";

/** How many times the lowest loss of all a run's lowest may be, so that its losses all have room. */
const near = 10;

/**
 * Limits the axis of several runs' losses to those of the runs that come within ten times of the
 * lowest one: a run that diverged would leave the others a line at the bottom.
 */
export function withLimit(curves: MetricCurves): MetricCurves {
  const { metric, lines } = curves;
  if (metric.better !== "lower") return curves;
  const extents = lines.map(({ points }) => extent(points.map(({ value }) => value)));
  const [lowest] = extent(extents.map(([low]) => low).filter((low) => low !== 0));
  if (lowest < 0) return curves; // no multiple of it is a bound
  const reached = extents.filter(([low]) => low <= near * lowest).map(([, high]) => high);
  return { ...curves, limit: extent(reached)[1] };
}

/** The entry of the legend that tells of a chart's values beyond its limit. */
export function beyondLimit({ metric, lines, limit = Infinity }: MetricCurves): LegendEntry[] {
  const [, highest] = extent(lines.flatMap(({ points }) => points.map(({ value }) => value)));
  if (highest <= limit) return [];
  return [{
    stroke: colour("ink"),
    dashes: "",
    symbol: "triangle",
    text: `${metric.label} up to ${shortNumber(highest)}, never below ${near} × the lowest`,
  }];
}
