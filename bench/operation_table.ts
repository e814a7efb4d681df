import { markdownTable } from "../src/html/mod.ts";
import type { Measured } from "./report.ts";
import { spread } from "./spread.ts";
import { best, short } from "./table.ts";

/** What each operation is timed at. */
export const OPERATION_RUNS = ["forward", "gradients"] as const;

const titles = { forward: "forward", gradients: "with gradients" };

/** A batch's operations as Markdown: microseconds, and how many times as fast wick is. */
export function operationTable(measured: readonly Measured[], batch: number): string {
  const cells = measured.filter((cell) => cell.batch === batch);
  const names = [...new Set(cells.map(({ model }) => model))];
  const peers = [...new Set(cells.map(({ peer }) => peer))];
  const rate = (model: string, run: Measured["run"], ...of: string[]) =>
    best(
      cells.filter((cell) => cell.model === model && cell.run === run && of.includes(cell.peer)),
    );
  const columns = OPERATION_RUNS.flatMap((run) => peers.map((peer) => ({ run, peer })));
  const rows = names.map((name) => [
    name,
    ...columns.map(({ run, peer }) => {
      const [found, ours] = [rate(name, run, peer), rate(name, run, "wick")];
      if (found === undefined) return "-";
      const ratio = peer !== "wick" && ours !== undefined ? ` (${short(ours / found)}x)` : "";
      return short(1e6 / found) + ratio;
    }),
  ]);
  const head = ["", ...columns.map(({ run, peer }) => `${titles[run]}: ${peer}`)];
  const others = peers.filter((peer) => peer !== "wick");
  const notes = others.length === 0 ? [] : OPERATION_RUNS.map((run) => {
    const ratios = names.flatMap((name) => {
      const [ours, theirs] = [rate(name, run, "wick"), rate(name, run, ...others)];
      return ours === undefined || theirs === undefined ? [] : { name, ratio: ours / theirs };
    });
    if (ratios.length === 0) return `${titles[run]}: nothing to compare`;
    const slower = ratios.filter(({ ratio }) => ratio < 1).toSorted((a, b) => a.ratio - b.ratio);
    const behind = slower.map(({ name, ratio }) => `${name} (${short(ratio)}x)`).join("; ");
    return `${titles[run]}: median ${short(spread(ratios.map(({ ratio }) => ratio)).median)}x, ` +
      `slower than the best peer: ${behind || "no operation"}`;
  });
  return [
    `Batch ${batch}: microseconds a call, the better number of threads; in brackets how many times as fast wick is.`,
    markdownTable(head, rows),
    ...notes.map((note) => `${note}.`),
  ].join("\n\n");
}
