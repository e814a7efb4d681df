import { basename } from "node:path";
import { type Content, type Markup, markup } from "../../html/mod.ts";
import {
  bestFigures,
  comparisonText,
  outcomeText,
  resultTable,
  type Study,
  studyPictures,
} from "../../study/mod.ts";
import type { FoundStudy } from "../study_store.ts";
import { type Page, picture, scrolling } from "./page.ts";

/** Best trials, and runs, of the tables: more than anybody reads. */
const [mostBest, mostRuns] = [25, 500];

/** The page of a study. */
export function studyPage(study: FoundStudy): Page {
  const name = basename(study.folder);
  const main = "problem" in study
    ? markup`
      <h1>${name}</h1>
      <p class="problem">${study.problem}</p>
    `
    : content(name, study);
  return { title: name, status: 200, main };
}

function content(name: string, study: Study): Markup {
  const { trials, objective, parameters } = study;
  const [counts, ...outcome] = outcomeText(trials);
  const [head, ...rows] = resultTable(trials, parameters, objective, mostBest);
  // Importances would need the native library, which pages do without.
  const pictures = studyPictures(`Study ${name}`, trials, parameters, objective, []);
  const said = [...comparisonText(trials, objective), ...outcome];
  return markup`
    <h1>${name}</h1>
    <div role="status">
      <p id="state" data-live>${counts}, chosen by ${objective.key}</p>
    </div>
    <h2>Best trials</h2>
    <div id="best" data-live>${
    rows.length > 0 ? table("best trials", head, rows) : markup`<p>None is trained to its end.</p>`
  }</div>
    <div id="pictures" class="curves" data-live>${Object.values(pictures).map(picture)}</div>
    <div id="outcome" data-live>${said.map((line) => markup`<p>${line}</p>`)}</div>
    <details>
      <summary>Runs</summary>
      <div id="runs" data-live>${runs(name, study)}</div>
    </details>
  `;
}

/** The newest runs, each with the way to its page. */
function runs(name: string, { trials, objective }: Study): Content {
  const all = trials.flatMap((trial) => trial.runs.map((run) => ({ trial, run }))).reverse();
  const rows = all.slice(0, mostRuns).map(({ trial, run }) => {
    const { folder, seed, state, history, failure } = run;
    const [best] = bestFigures({ ...trial, runs: [run] }, objective);
    const address = [name, folder].map(encodeURIComponent).join("/");
    const link = markup`<a id="run-${folder}" href="${address}">${folder}</a>`;
    const figure = best === undefined
      ? "–"
      : (objective.format.factor * best).toFixed(objective.format.digits);
    return [link, seed, failure ?? state, history.length, figure];
  });
  const left = all.length - rows.length;
  const head = ["run", "seed", "state", "epochs", `${objective.key}${objective.format.unit}`];
  return [
    left > 0 && markup`<p>The last ${mostRuns} of ${all.length} runs.</p>`,
    table("runs", head, rows),
  ];
}

function table(
  name: string,
  head: readonly string[],
  rows: readonly (readonly Content[])[],
): Markup {
  const heads = head.map((title) => markup`<th scope="col" class="number">${title}</th>`);
  const lines = rows.map((row) =>
    markup`<tr>${row.map((cell) => markup`<td class="number">${cell}</td>`)}</tr>`
  );
  return scrolling(
    name,
    markup`<table><thead><tr>${heads}</tr></thead><tbody>${lines}</tbody></table>`,
  );
}
