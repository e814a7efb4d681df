import { basename } from "node:path";
import { markup } from "../html/mod.ts";
import { diskFiles, writeText } from "../storage/mod.ts";
import {
  comparisonText,
  importances,
  outcomeText,
  resultTable,
  shownParameter,
  type Study,
  studyPictures,
} from "../study/mod.ts";
import { columns, page, picture, section, table } from "./page.ts";

/** Trials in the table of a report. */
const mostRows = 100;

/** Writes a study's pictures and report.html into its folder; returns the report's path. */
export function writeStudyReport(study: Study): string {
  const { folder, trials, parameters, objective } = study;
  const name = basename(folder);
  const title = `Study ${name}`;
  const importance = importances(trials, parameters, objective);
  const pictures = studyPictures(title, trials, parameters, objective, importance);
  for (const [name, svg] of Object.entries(pictures)) {
    writeText(diskFiles, `${folder}/${name}.svg`, svg);
  }
  const [head, ...rows] = resultTable(trials, parameters, objective, mostRows);
  const shares = importance.map(({ name, share }) => [
    shownParameter(name),
    `${(100 * share).toFixed(0)} %`,
  ]);
  const [counts, ...others] = outcomeText(trials);
  const said = (lines: readonly string[]) => lines.map((line) => markup`<p>${line}</p>`);
  const path = `${folder}/report.html`;
  const html = page(
    title,
    markup`<h1>${title}</h1><p>${counts}, chosen by ${objective.key}.</p>
${
      section(
        "Best trials",
        rows.length === 0
          ? markup`<p>No trial was trained to its end.</p>`
          : table("best trials", head, rows),
        said(comparisonText(trials, objective)),
      )
    }${
      shares.length > 1 &&
      section("Importance", table("importance (PED-ANOVA)", ["setting", "share"], shares))
    }${section("Pictures", columns(...Object.values(pictures).map(picture)))}${
      section("Outcome", said(others))
    }`,
  );
  writeText(diskFiles, path, html);
  return path;
}
