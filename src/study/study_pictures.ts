import {
  studyContourPicture,
  studyCurvesPicture,
  studyHistoryPicture,
  studyParallelPicture,
  studySlicePicture,
  type StudyView,
} from "../picture/mod.ts";
import { spread } from "../statistics/mod.ts";
import type { Importance } from "./importance.ts";
import { type Parameter, pointRecord, shownParameter } from "./space.ts";
import { bestFigures, type Objective, stateOf, type Trial } from "./trial.ts";

/** The pictures of a study as SVG, those that it has figures and settings for. */
export function studyPictures(
  title: string,
  trials: readonly Trial[],
  parameters: readonly Parameter[],
  objective: Objective,
  importance: readonly Importance[],
): Readonly<Record<string, string>> {
  const view = studyView(title, trials, parameters, objective, importance);
  if (view.trials.length === 0) return {};
  const pictures = {
    history: studyHistoryPicture(view),
    curves: studyCurvesPicture(view),
    slice: view.axes.length === 0 ? undefined : studySlicePicture(view),
    contour: studyContourPicture(view),
    parallel: view.axes.length === 0 ? undefined : studyParallelPicture(view),
  };
  return Object.fromEntries(
    Object.entries(pictures).flatMap(([name, svg]) => svg === undefined ? [] : [[name, svg]]),
  );
}

/** What the pictures of a study show: the settings that matter most first. */
function studyView(
  title: string,
  trials: readonly Trial[],
  parameters: readonly Parameter[],
  objective: Objective,
  importance: readonly Importance[],
): StudyView {
  const { factor } = objective.format;
  const order = importance.map(({ name }) => name);
  const place = (name: string) => order.includes(name) ? order.indexOf(name) : order.length;
  const axes = parameters.filter(({ domain }) =>
    domain.kind === "range" || domain.values.length > 1
  ).sort((a, b) => place(a.name) - place(b.name)).map(({ name, domain }) => ({
    name: shownParameter(name),
    log: domain.kind === "range" && domain.log,
    ...(domain.kind === "choice" && { choices: domain.values.map(String) }),
  }));
  const shown = trials.flatMap((trial) => {
    const figures = bestFigures(trial, objective);
    if (figures.length === 0) return [];
    const [{ history }] = trial.runs;
    return [{
      n: trial.n,
      value: factor * spread(figures).mean,
      complete: stateOf(trial) === "complete",
      values: pointRecord(trial.point),
      curve: history.flatMap((epoch) => epoch[objective.key] ?? []).map((x) => factor * x),
    }];
  });
  return { title, metric: objective, axes, trials: shown };
}
