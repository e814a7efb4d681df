import { messageOf, UserError } from "../errors.ts";
import { csvText, diskFiles, jsonText, writeText } from "../storage/mod.ts";
import {
  studyContourPicture,
  studyCurvesPicture,
  studyHistoryPicture,
  studyParallelPicture,
  studySlicePicture,
  type StudyView,
} from "../picture/mod.ts";
import { spread } from "../statistics/mod.ts";
import {
  bestFigures,
  importances,
  type Objective,
  type Parameter,
  pointRecord,
  shownParameter,
  stateOf,
  studyDigest,
  type Trial,
} from "../study/mod.ts";
import { bestEpoch } from "../train/mod.ts";

/** Writes a study's trials as CSV and JSON; returns the path of the CSV file. */
export function writeStudy(
  trials: readonly Trial[],
  parameters: readonly Parameter[],
  objective: Objective,
  folder: string,
  name: string,
): string {
  try {
    Deno.mkdirSync(folder, { recursive: true });
  } catch (error) {
    throw new UserError(`Cannot make the folder ${folder}: ${messageOf(error)}`, { cause: error });
  }
  const path = `${folder}/study.csv`;
  writeText(diskFiles, path, studyCsv(trials, objective));
  const importance = importances(trials, parameters, objective);
  const sha256 = studyDigest(trials);
  writePictures(studyView(name, trials, parameters, objective), folder);
  const content = { sha256, objective: objective.key, importance, trials };
  writeText(diskFiles, `${folder}/study.json`, jsonText(content));
  return path;
}

/** Writes the pictures of a study as SVG, where it has trials with figures. */
function writePictures(view: StudyView, folder: string): void {
  if (view.trials.length === 0) return;
  const pictures = {
    history: studyHistoryPicture(view),
    curves: studyCurvesPicture(view),
    slice: view.axes.length === 0 ? undefined : studySlicePicture(view),
    contour: studyContourPicture(view),
    parallel: view.axes.length === 0 ? undefined : studyParallelPicture(view),
  };
  for (const [name, svg] of Object.entries(pictures)) {
    if (svg !== undefined) writeText(diskFiles, `${folder}/${name}.svg`, svg);
  }
}

/** What the pictures of a study show: the settings that matter most first. */
function studyView(
  title: string,
  trials: readonly Trial[],
  parameters: readonly Parameter[],
  objective: Objective,
): StudyView {
  const { factor } = objective.format;
  const order = importances(trials, parameters, objective).map(({ name }) => name);
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

/** A row for each run, and for each trial without runs. */
function studyCsv(trials: readonly Trial[], objective: Objective): string {
  const lines = trials.flatMap((trial) => {
    const { n, point, sameAs, failure, runs } = trial;
    const start = { trial: n, ...pointRecord(point) };
    if (runs.length === 0) {
      const state = sameAs === undefined ? stateOf(trial) : `same as ${sameAs}`;
      return [{ ...start, state, failure }];
    }
    return runs.map(({ seed, state, history, folder, failure }) => {
      const best = bestEpoch(history, objective.label);
      const figures = { best_epoch: best?.epoch, [objective.key]: best?.[objective.key] };
      return { ...start, seed, state, epochs: history.length, ...figures, folder, failure };
    });
  });
  const records: Readonly<Record<string, unknown>>[] = lines;
  const columns = [...new Set(records.flatMap((line) => Object.keys(line)))];
  return csvText(columns, records.map((line) => columns.map((name) => String(line[name] ?? ""))));
}
