import { UserError } from "../errors.ts";
import {
  epochFigures,
  type EpochMetrics,
  epochMetricsSchema,
  metricsHeader,
} from "../train/mod.ts";

/** The longest metrics.csv that is read, in bytes. */
const sizeLimit = 64 * 1024 * 1024;

const known = metricsHeader.trimEnd().split(",");
const figures = new Set<string>(epochFigures.map(({ key }) => key));
const number = /^-?\d+(\.\d+)?(e[+-]?\d+)?$/;

/** Reads metrics.csv; throws a UserError that names the line which is not as wick writes it. */
export function parseMetrics(text: string, path: string): EpochMetrics[] {
  if (text.length > sizeLimit) throw new UserError(`${path} is too long for metrics`);
  const header = text.slice(0, text.indexOf("\n"));
  const columns = header.split(",");
  // A file that is older than a metric lacks its columns.
  const expected = known.filter((column) => columns.includes(column) || !figures.has(column));
  if (header !== expected.join(",") || !text.endsWith("\n")) {
    throw new UserError(`${path} is damaged: it does not begin with its header or end with a line`);
  }
  const rows = text.slice(header.length + 1, -1).split("\n").filter((line) => line !== "");
  return rows.map((row, i) => {
    const cells = row.split(",");
    const entries = columns.flatMap((column, j): [string, number][] =>
      number.test(cells[j] ?? "") ? [[column, Number(cells[j])]] : []
    );
    const { seconds: _seconds, images_per_second: _speed, ...metrics } = Object.fromEntries(
      entries,
    );
    const result = epochMetricsSchema.safeParse(metrics);
    const right = cells.length === columns.length && result.success && result.data.epoch === i + 1;
    if (!right) throw new UserError(`${path} is damaged at line ${i + 2}: ${row.slice(0, 80)}`);
    return result.data;
  });
}
