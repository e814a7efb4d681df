import { messageOf, UserError } from "../errors.ts";
import { csvText, diskFiles, jsonText, writeText } from "../storage/mod.ts";
import {
  importances,
  type Objective,
  type Parameter,
  pointRecord,
  stateOf,
  studyDigest,
  studyPictures,
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
  const pictures = studyPictures(name, trials, parameters, objective, importance);
  for (const [name, svg] of Object.entries(pictures)) {
    writeText(diskFiles, `${folder}/${name}.svg`, svg);
  }
  const content = { sha256, objective: objective.key, importance, trials };
  writeText(diskFiles, `${folder}/study.json`, jsonText(content));
  return path;
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
