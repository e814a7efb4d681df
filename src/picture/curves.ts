import { seriesStyle } from "../html/mod.ts";
import { type Figures, type Metric, metrics } from "../statistics/mod.ts";
import { thinned } from "./thinned.ts";
import { beyondLimit, withLimit } from "./axis_limit.ts";
import { metricCharts } from "./metric_charts.ts";
import { draw, type LegendEntry } from "./picture.ts";

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
  const curvesOf = (metric: Metric) => [
    { style: train, points: values(history, metric, "train") },
    { style: validation, points: values(history, metric, "val") },
  ];
  const charts = shown.map((metric) => ({ metric, lines: curvesOf(metric) }));
  const legend = validated(history) ? [validation, train] : [train];
  return draw({ title, subtitle, legend, parts: metricCharts(charts, epochs, best), width });
}

/** One of the runs whose curves are drawn over each other. */
export interface NamedCurve {
  readonly name: string;
  readonly history: readonly CurvePoint[];
}

/**
 * Draws the validation curves of several runs over each other, or a run's training curves where it
 * has no validation. A run whose loss is far above the best does not stretch the axis: it is drawn
 * at its edge. `width` is in pixels.
 */
export function convergencePicture(
  title: string,
  subtitle: string,
  runs: readonly NamedCurve[],
  shown: readonly Metric[] = measuredIn(runs.flatMap(({ history }) => history)),
  width = 640,
): string {
  const epochs = Math.max(1, ...runs.map(({ history }) => history.length));
  const charts = shown.map((metric) => {
    const lines = runs.map(({ history }, i) => {
      const points = values(history, metric, "val");
      const drawn = points.length > 0 ? points : values(history, metric, "train");
      return { style: seriesStyle(i), points: drawn };
    });
    return withLimit({ metric, lines });
  });
  const names = runs.map(({ name, history }, i) => ({
    ...seriesStyle(i),
    text: validated(history) ? name : `${name} (training)`,
  }));
  const legend = [...names, ...charts.flatMap(beyondLimit)];
  return draw({ title, subtitle, legend, parts: metricCharts(charts, epochs), width });
}

const validated = (history: readonly CurvePoint[]) =>
  metrics.some((metric) => values(history, metric, "val").length > 0);

/** The finite values of a metric, in the unit in which people read it. */
function values(history: readonly CurvePoint[], { name, format }: Metric, part: "train" | "val") {
  const key = `${part}_${name}` as const;
  return thinned(history.flatMap((point) => {
    const value = point[key];
    if (value === undefined || !Number.isFinite(value)) return [];
    return [{ epoch: point.epoch, value: value * format.factor }];
  }));
}
