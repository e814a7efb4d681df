import { aligned } from "../cli/mod.ts";
import { type TrainConfig, variedSettings } from "../config/mod.ts";
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
  const settings = variedIn(runs);
  const names = Object.keys(settings[0] ?? {});
  const anyFailed = runs.some(({ failure }) => failure !== undefined);
  const groups = Map.groupBy(runs.keys(), (i) => {
    const { seed: _, ...rest } = runs[i].config;
    return JSON.stringify(rest);
  });
  const rows = [...groups.values()].map((group) => {
    const finished = group.map((i) => runs[i]).filter((run) => run.failure === undefined);
    return [
      ...names.map((name) => String(settings[group[0]][name] ?? "-")),
      String(finished.length),
      ...(anyFailed ? [String(group.length - finished.length)] : []),
      ...figureCells(finished),
    ];
  });
  const titles = headlinesOf("test").flatMap(({ key, name, better, format: { unit } }) => [
    ...[`val_${name}${unit}`, `${key}${unit}`, better === "higher" ? "lowest" : "highest"],
  ]);
  const head = [...names, "seeds", ...(anyFailed ? ["failed"] : []), ...titles];
  const failures = runs.flatMap(({ config: { seed }, failure }, i) => {
    if (failure === undefined) return [];
    const said = Object.entries({ ...settings[i], seed }).filter(([, value]) =>
      value !== undefined
    );
    return [`failed: ${said.map(([name, value]) => `${name}=${value}`).join(" ")}: ${failure}`];
  });
  const table = aligned([head, ...rows], () => false).join("\n");
  return [table, ...(anyFailed ? ["", ...failures] : [])].join("\n");
}

/** What was varied in each run of a sweep but for the seed, or else its model. */
export function variedIn(runs: readonly SweptRun[]): Readonly<Record<string, unknown>>[] {
  return variedSettings(runs.map(({ config }) => config)).map(({ seed: _, ...settings }, i) => {
    return Object.keys(settings).length === 0 ? { model: runs[i].config.model } : settings;
  });
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
