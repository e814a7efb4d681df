import { aligned } from "../cli/mod.ts";
import type { Summary } from "../run/mod.ts";
import { type Figures, figureSpreadText, headlinesOf, spread } from "../statistics/mod.ts";

/** What the table needs of a finished run. */
export interface SweptRun extends Pick<Summary, "config">, Partial<Figures<"test">> {
  readonly best: Figures<"val">;
}

/**
 * A table with a row for each config of a sweep: what was varied, how many seeds, and the mean and
 * standard deviation (of a sample, n - 1) of the headlines over the seeds.
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
    ...headlinesOf("test").flatMap((figure) => {
      const validation = group.flatMap(({ best }) => best[`val_${figure.name}` as const] ?? []);
      const test = group.flatMap((run) => run[figure.key] ?? []);
      const worst = test.length === 0 ? [] : [worstOf[figure.better](...test)];
      return [validation, test, worst].map((values) =>
        figureSpreadText(figure, values.length === 0 ? undefined : spread(values))
      );
    }),
  ]);
  const titles = headlinesOf("test").flatMap(({ key, name, better, format: { unit } }) => [
    ...[`val_${name}${unit}`, `${key}${unit}`, better === "higher" ? "lowest" : "highest"],
  ]);
  const head = [...names, "seeds", ...titles];
  return aligned([head, ...rows], () => false).join("\n");
}

const worstOf = { higher: Math.min, lower: Math.max };
