import { aligned } from "../cli/mod.ts";
import { counted } from "../printable.ts";
import { figureSpreadText, spread } from "../statistics/mod.ts";
import { comparison } from "./comparison.ts";
import { studyDigest } from "./digest.ts";
import { importances } from "./importance.ts";
import { type Parameter, pointRecord, shownParameter } from "./space.ts";
import { bestFigures, type Objective, ranking, stateOf, type Trial } from "./trial.ts";

/** The best trials of a study, what decides between them, and what became of the others. */
export function studyText(
  folder: string,
  trials: readonly Trial[],
  parameters: readonly Parameter[],
  objective: Objective,
): string {
  const table = resultTable(trials, parameters, objective, 10);
  return [
    ...(table.length === 1 ? ["no trial was trained to its end"] : aligned(table, () => false)),
    "",
    ...comparisonText(trials, objective),
    ...importanceText(trials, parameters, objective),
    ...outcomeText(trials),
    folder,
  ].join("\n");
}

/** A row of names, and then one for each of the best trials, with what is varied. */
export function resultTable(
  trials: readonly Trial[],
  parameters: readonly Parameter[],
  objective: Objective,
  most: number,
): string[][] {
  const varied = parameters.filter(({ domain }) =>
    domain.kind === "range" || domain.values.length > 1
  ).map(({ name }) => shownParameter(name));
  const shown = varied.length === 0 ? ["model"] : varied;
  const rows = ranking(trials, objective).slice(0, most).map((trial) => {
    const figures = bestFigures(trial, objective);
    const values = pointRecord(trial.point);
    return [
      String(trial.n),
      ...shown.map((name) => String(values[name] ?? "-")),
      String(figures.length),
      figureSpreadText(objective, spread(figures)),
    ];
  });
  return [["trial", ...shown, "seeds", `${objective.key}${objective.format.unit}`], ...rows];
}

/** How the two best trials compare. */
export function comparisonText(trials: readonly Trial[], objective: Objective): string[] {
  const [best, second] = ranking(trials, objective);
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

/** What became of the trials, and the study's digest. */
export const outcomeText = (trials: readonly Trial[]): string[] => [
  countsText(trials),
  ...failuresOf(trials),
  `study sha256 ${studyDigest(trials)}`,
];

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
