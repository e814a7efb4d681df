import { aligned } from "../cli/mod.ts";
import type { Summary } from "../run/mod.ts";
import { percentage, spread, spreadText } from "../statistics/mod.ts";

/** What the table needs of a finished run. */
export type SweptRun = Pick<Summary, "config" | "test_acc"> & {
  readonly best: Pick<Summary["best"], "val_acc">;
};

/**
 * A table with a row for each config of a sweep: what was varied, how many seeds, and the mean and
 * standard deviation (of a sample, n - 1) of the accuracies in % over the seeds.
 */
export function sweepTable(runs: readonly SweptRun[]): string {
  const varied = Object.keys(Object.assign({}, ...runs.map(({ config }) => config)))
    .filter((name) => name !== "seed")
    .filter((name) => new Set(runs.map(({ config }) => JSON.stringify(config[name]))).size > 1);
  const groups = Map.groupBy(runs, ({ config: { seed: _, ...rest } }) => JSON.stringify(rest));
  const names = varied.length === 0 ? ["model"] : varied;
  const rows = [...groups.values()].map((group) => [
    ...names.map((name) => String(group[0].config[name] ?? "-")),
    String(group.length),
    percentages(group.flatMap(({ best }) => best.val_acc ?? [])),
    percentages(group.map(({ test_acc }) => test_acc)),
    percentage(group.reduce((least, { test_acc }) => Math.min(least, test_acc), 1)),
  ]);
  const head = [...names, "seeds", "val_acc %", "test_acc %", "lowest"];
  return aligned([head, ...rows], () => false).join("\n");
}

/** Mean and standard deviation of shares, in %. */
const percentages = (shares: readonly number[]) =>
  shares.length === 0 ? "-" : spreadText(spread(shares), 2, 100);
