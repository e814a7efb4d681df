import { shownName } from "../../data/mod.ts";
import { convergencePicture, measuredIn } from "../../picture/mod.ts";
import { duration, figuresOf, figureText } from "../../statistics/mod.ts";
import { attribute, type Content, type Markup, markup, seriesStyle } from "../../html/mod.ts";
import { configRecord, shownConfig } from "../../config/mod.ts";
import { distinctNames, type RunRecord } from "../../run/mod.ts";
import { figuresOfRun, shortState, trainingSeconds } from "../words.ts";
import { classifyLimit } from "./classify_page.ts";
import { classifyAddress, type Page, picture, runAddress, scrolling } from "./page.ts";

/** Runs whose curves can be told apart in one picture. */
export const compareLimit = 24;

/** The page that lays chosen runs over each other. */
export function comparePage(runs: readonly RunRecord[]): Page {
  const main = markup`<h1>Comparison</h1>
${
    runs.length > 0 && runs.length <= classifyLimit &&
    markup`<p><a href="${
      classifyAddress(runs.map(({ name }) => name))
    }">Classify with these models</a></p>`
  }
<div id="notice" data-live>${notice(runs)}</div>
<div id="curves" class="curves" data-live>${curves(runs)}</div>
<div id="figures" data-live>${runs.length > 0 && figures(runs)}</div>
<div id="differences" data-live>${runs.length > 1 && differences(runs)}</div>`;
  return { title: "Comparison", status: 200, main };
}

function notice(runs: readonly RunRecord[]): Markup | undefined {
  if (runs.length === 0) {
    return markup`<p>No run is chosen: <a href="./">choose some in the table</a>.</p>`;
  }
  const data = [...new Set(runs.map(({ config }) => shownName(config.data)))];
  if (data.length > 1) {
    return markup`
      <p
        class="problem">These runs saw different data (${
      data.join(
        ", ",
      )
    }): their figures cannot be compared.</p>
    `;
  }
  return undefined;
}

/** What runs are called in a picture's legend: by what differs, and if nothing does by their folder. */
function shortNames(runs: readonly RunRecord[]): string[] {
  const names = distinctNames(runs.map(({ config }) => config));
  return names.map((name, i) => {
    const text = names.indexOf(name) === names.lastIndexOf(name) ? name : runs[i].name;
    return `${i + 1}: ${text.length > 44 ? `${text.slice(0, 43)}…` : text}`;
  });
}

function curves(runs: readonly RunRecord[]): Content {
  if (runs.every(({ epochs }) => epochs.length === 0)) return undefined;
  const names = shortNames(runs);
  const named = runs.map(({ epochs }, i) => ({ name: names[i], history: epochs }));
  return measuredIn(runs.flatMap(({ epochs }) => epochs)).map((metric) =>
    picture(convergencePicture(`Validation ${metric.label}`, "over epochs", named, [metric], 480))
  );
}

function figures(runs: readonly RunRecord[]): Markup {
  type Column = [string, (run: RunRecord) => Content];
  const columns: Column[] = [
    ["weights", ({ summary }) => summary?.parameters ?? "–"],
    ["best epoch", ({ best }) => best?.epoch ?? "–"],
    ...[...figuresOf("val"), ...figuresOf("test")].map((figure): Column => [
      figure.key,
      (run) => figureText(figure, figuresOfRun(run)),
    ]),
    ["training time", (run) => {
      const seconds = trainingSeconds(run);
      return seconds === undefined ? "–" : duration(seconds);
    }],
  ];
  const heads = columns.map(([title]) => markup`<th scope="col" class="number">${title}</th>`);
  const rows = runs.map((run, i) =>
    markup`<tr><td>${sample(i)}</td><th scope="row"><a id="${runAddress(run.name)}" href="${
      runAddress(run.name)
    }">${i + 1}: ${run.name}</a></th>
<td><span class="state ${run.state}">${shortState(run)}</span></td>${
      columns.map(([, cell]) => markup`<td class="number">${cell(run)}</td>`)
    }</tr>`
  );
  return scrolling(
    "figures of the runs",
    markup`
      <table>
        <thead>
          <tr><th scope="col"><span class="hidden">line</span></th>
      <th scope="col">run</th><th scope="col">state</th>${heads}</tr>
        </thead>
        <tbody>${rows}</tbody>
      </table>
    `,
  );
}

/** The piece of line that stands for a run in the pictures. */
function sample(index: number): Markup {
  const { stroke, dashes } = seriesStyle(index);
  return markup`
    <svg width="28" height="10" aria-hidden="true">
      <path d="M1,5h26" fill="none" stroke="${stroke}"
        stroke-width="2"${attribute("stroke-dasharray", dashes !== "" && dashes)} />
    </svg>
  `;
}

/** The settings in which the runs differ. */
function differences(runs: readonly RunRecord[]): Markup {
  const records = runs.map(({ config }) => shownConfig(configRecord(config)));
  const keys = [...new Set(records.flatMap((record) => Object.keys(record)))];
  const text = (record: Record<string, unknown>, key: string) => String(record[key] ?? "–");
  const different = keys.filter((key) => new Set(records.map((each) => text(each, key))).size > 1);
  if (different.length === 0) {
    return markup`
      <h2>Settings that differ</h2>
      <p>None: these runs have the same config.</p>
    `;
  }
  const heads = runs.map((_, i) => markup`<th scope="col" class="number">${i + 1}</th>`);
  const rows = different.map((key) =>
    markup`<tr><th scope="row">${key}</th>${
      records.map((record) => markup`<td class="number">${text(record, key)}</td>`)
    }</tr>`
  );
  return markup`<h2>Settings that differ</h2>${
    scrolling(
      "settings that differ",
      markup`
        <table>
          <thead>
            <tr><th scope="col">setting</th>${heads}</tr>
          </thead>
          <tbody>${rows}</tbody>
        </table>
      `,
    )
  }`;
}
