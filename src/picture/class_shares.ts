import * as Plot from "@observablehq/plot";
import { chart } from "./chart.ts";
import { colour, textWidth } from "../html/mod.ts";
import { draw, type LegendEntry } from "./picture.ts";

/** A share of each class, 0 to 1, and the mark that stands for it. */
export interface ClassShares extends LegendEntry {
  readonly shares: readonly number[];
  /** Pixels below the middle of a class's row, so that equal shares do not hide each other. */
  readonly dy: number;
}

/** Draws several shares of each class in one row, told apart by shape and colour. */
export function classSharesPicture({ title, subtitle, classes, kinds, label, rowHeight, width }: {
  readonly title: string;
  readonly subtitle: string;
  readonly classes: readonly string[];
  readonly kinds: readonly ClassShares[];
  /** What the shares are of. */
  readonly label: string;
  /** In pixels. */
  readonly rowHeight: number;
  /** In pixels, without the names of the classes. */
  readonly width: number;
}): string {
  const marginLeft = Math.max(...classes.map((name) => textWidth(name, 13))) + 24;
  const lowest = Math.min(...kinds.flatMap(({ shares }) => shares));
  const rows = classes.map((_, row) => row);
  const extreme = (of: (...values: number[]) => number) => (row: number) =>
    100 * of(...kinds.map(({ shares }) => shares[row]));
  const y = (row: number) => row;
  const part = chart({
    height: classes.length * rowHeight + 66,
    marginLeft,
    marginRight: 28,
    marginTop: 14,
    marginBottom: 44,
    x: { domain: [Math.max(0, Math.floor(lowest * 10 - 0.5) * 10), 100], label, ticks: 5 },
    y: { type: "band", domain: rows, tickFormat: (row) => classes[row], tickSize: 0, label: null },
    marks: [
      Plot.gridX({ stroke: colour("line"), strokeOpacity: 1, ticks: 5 }),
      Plot.link(rows, { x1: extreme(Math.min), x2: extreme(Math.max), y, stroke: colour("muted") }),
      ...kinds.map(({ shares, symbol, stroke, dy }) =>
        Plot.dot(rows, {
          x: (row: number) => 100 * shares[row],
          y,
          symbol,
          dy,
          r: 5,
          fill: stroke,
          stroke: colour("surface"),
        })
      ),
    ],
  });
  return draw({ title, subtitle, legend: kinds, parts: [part], width: marginLeft + width });
}
