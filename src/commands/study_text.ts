import { aligned } from "../cli/mod.ts";
import { counted } from "../printable.ts";
import { figureSpreadText, spread } from "../statistics/mod.ts";
import {
  bestFigures,
  comparison,
  importances,
  type Objective,
  type Parameter,
  pointRecord,
  ranking,
  shownParameter,
  stateOf,
  studyDigest,
  type Trial,
} from "../study/mod.ts";

/** The best trials of a study, what decides between them, and what became of the others. */
export function studyText(
  folder: string,
  trials: readonly Trial[],
  parameters: readonly Parameter[],
  objective: Objective,
  most = 10,
): string {
  const ranked = ranking(trials, objective);
  return [
    ...tableOf(ranked.slice(0, most), parameters, objective),
    "",
    ...comparisonText(ranked, objective),
    ...importanceText(trials, parameters, objective),
    countsText(trials),
    ...failuresOf(trials),
    `study sha256 ${studyDigest(trials)}`,
    folder,
  ].join("\n");
}

function tableOf(
  ranked: readonly Trial[],
  parameters: readonly Parameter[],
  objective: Objective,
): string[] {
  if (ranked.length === 0) return ["no trial was trained to its end"];
  const points = ranked.map(({ point }) => pointRecord(point));
  const varied = parameters.filter(({ domain }) =>
    domain.kind === "range" || domain.values.length > 1
  ).map(({ name }) => shownParameter(name));
  const shown = varied.length === 0 ? ["model"] : varied;
  const head = ["trial", ...shown, "seeds", `${objective.key}${objective.format.unit}`];
  const rows = ranked.map((trial, i) => {
    const figures = bestFigures(trial, objective);
    return [
      String(trial.n),
      ...shown.map((name) => String(points[i][name] ?? "-")),
      String(figures.length),
      figureSpreadText(objective, spread(figures)),
    ];
  });
  return aligned([head, ...rows], () => false);
}

function comparisonText([best, second]: readonly Trial[], objective: Objective): string[] {
  if (second === undefined) return [];
  const found = comparison(best, second, objective);
  if (found === undefined) {
    return [`trial ${best.n} and trial ${second.n} share one seed: --seeds 5 can tell them apart`];
  }
  const { mean, p, seeds } = found;
  const { factor, digits, unit } = objective.format;
  const difference = `${(factor * mean).toFixed(digits)}${unit}`;
  return [
    `trial ${best.n} over trial ${second.n}: ${difference} in the mean of ${seeds} seeds, p ${
      p.toFixed(3)
    } (exact sign-flip test of pairs)`,
  ];
}

function importanceText(
  trials: readonly Trial[],
  parameters: readonly Parameter[],
  objective: Objective,
): string[] {
  const found = importances(trials, parameters, objective);
  if (found.length < 2) return [];
  const said = found.map(({ name, share }) =>
    `${shownParameter(name)} ${(100 * share).toFixed(0)} %`
  );
  return [`importance (PED-ANOVA): ${said.join(", ")}`];
}

function countsText(trials: readonly Trial[]): string {
  const states = Map.groupBy(
    trials,
    (trial) => trial.sameAs === undefined ? stateOf(trial) : "named again",
  );
  const said = [...states].map(([state, all]) => `${all.length} ${state}`);
  return `${counted(trials.length, "trial")}: ${said.join(", ")}`;
}

function failuresOf(trials: readonly Trial[]): string[] {
  const failed = trials.flatMap(({ n, failure, runs }) => [
    ...(failure === undefined ? [] : [`failed: trial ${n}: ${failure}`]),
    ...runs.flatMap(({ seed, failure }) =>
      failure === undefined ? [] : [`failed: trial ${n} seed ${seed}: ${failure}`]
    ),
  ]);
  const most = 10;
  return failed.length <= most
    ? failed
    : [...failed.slice(0, most), `and ${failed.length - most} more failures`];
}
