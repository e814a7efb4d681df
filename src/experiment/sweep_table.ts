import { aligned } from "../cli/mod.ts";
import { recordKey, type TrainConfig, variedSettings } from "../config/mod.ts";
import type { Summary } from "../run/mod.ts";
import { type Figures, figureSpreadText, headlinesOf, spread } from "../statistics/mod.ts";

/** A run of a sweep: the figures of its summary, or the sentence with which it failed. */
export type SweptRun =
  & { readonly config: TrainConfig; readonly folder?: string }
  & (SweptFigures & { readonly failure?: undefined } | { readonly failure: string });

/** What the table needs of a finished run. */
type SweptFigures = Pick<Summary, "best"> & Partial<Figures<"test">>;

/**
 * A table with a row for each config of a sweep: what was varied, how many seeds, and the mean and
 * standard deviation (of a sample, n - 1) of the headlines over the seeds. Below it stands of each
 * run that failed why.
 */
export function sweepTable(runs: readonly SweptRun[]): string {
  const varied = variedSettings(runs.map(({ config }) => config)).filter((key) => key !== "seed");
  const names = varied.length === 0 ? ["model" as const] : varied;
  const anyFailed = runs.some(({ failure }) => failure !== undefined);
  const groups = Map.groupBy(runs, ({ config: { seed: _, ...rest } }) => JSON.stringify(rest));
  const rows = [...groups.values()].map((group) => {
    const finished = group.filter((run) => run.failure === undefined);
    return [
      ...names.map((name) => String(group[0].config[name] ?? "-")),
      String(finished.length),
      ...(anyFailed ? [String(group.length - finished.length)] : []),
      ...figureCells(finished),
    ];
  });
  const titles = headlinesOf("test").flatMap(({ key, name, better, format: { unit } }) => [
    ...[`val_${name}${unit}`, `${key}${unit}`, better === "higher" ? "lowest" : "highest"],
  ]);
  const head = [...names.map(recordKey), "seeds", ...(anyFailed ? ["failed"] : []), ...titles];
  const failures = runs.flatMap(({ config, failure }) => {
    if (failure === undefined) return [];
    const settings = [...names, "seed" as const].map((name) =>
      `${recordKey(name)}=${config[name]}`
    );
    return [`failed: ${settings.join(" ")}: ${failure}`];
  });
  const table = aligned([head, ...rows], () => false).join("\n");
  return [table, ...(anyFailed ? ["", ...failures] : [])].join("\n");
}

function figureCells(finished: readonly SweptFigures[]): string[] {
  return headlinesOf("test").flatMap((figure) => {
    const validation = finished.flatMap(({ best }) => best[`val_${figure.name}` as const] ?? []);
    const test = finished.flatMap((run) => run[figure.key] ?? []);
    const worst = test.length === 0 ? [] : [worstOf[figure.better](...test)];
    return [validation, test, worst].map((values) =>
      figureSpreadText(figure, values.length === 0 ? undefined : spread(values))
    );
  });
}

const worstOf = { higher: Math.min, lower: Math.max };
