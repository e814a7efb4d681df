import { convergencePicture } from "../../picture/mod.ts";
import { seriesStyle } from "../../html/mod.ts";
import { configRecord } from "../../config/mod.ts";
import { attribute, type Content, type Html, html } from "../html.ts";
import type { RunRecord } from "../../run/mod.ts";
import { duration, percent, shortState, trainingSeconds } from "../words.ts";
import { type Page, picture, runAddress, scrolling } from "./page.ts";

/** Runs whose curves can be told apart in one picture. */
export const compareLimit = 24;

/** The page that lays chosen runs over each other. */
export function comparePage(runs: readonly RunRecord[]): Page {
  const main = html`<h1>Comparison</h1>
<div id="notice" data-live>${notice(runs)}</div>
<div id="curves" class="curves" data-live>${curves(runs)}</div>
<div id="figures" data-live>${runs.length > 0 && figures(runs)}</div>
<div id="differences" data-live>${runs.length > 1 && differences(runs)}</div>`;
  return { title: "Comparison", status: 200, main };
}

function notice(runs: readonly RunRecord[]): Html | undefined {
  if (runs.length === 0) {
    return html`<p>No run is chosen: <a href="/">choose some in the table</a>.</p>`;
  }
  const data = [...new Set(runs.map(({ config }) => config.data))];
  if (data.length > 1) {
    return html`
      <p
        class="problem">These runs saw different data (${data.join(
          ", ",
        )}): their figures cannot be compared.</p>
    `;
  }
  return undefined;
}

/** What a run is called in a picture's legend. */
const shortName = ({ config }: RunRecord, index: number) =>
  `${index + 1}: ${config.model}, seed ${config.seed}`;

function curves(runs: readonly RunRecord[]): Content {
  if (runs.every(({ epochs }) => epochs.length === 0)) return undefined;
  const named = runs.map((run, i) => ({ name: shortName(run, i), history: run.epochs }));
  return (["loss", "accuracy"] as const).map((quantity) =>
    picture(convergencePicture(`Validation ${quantity}`, "over epochs", named, {
      quantities: [quantity],
      width: 420,
    }))
  );
}

function figures(runs: readonly RunRecord[]): Html {
  const columns: [string, (run: RunRecord) => Content][] = [
    ["weights", ({ summary }) => summary?.parameters ?? "–"],
    ["best epoch", ({ best }) => best?.epoch ?? "–"],
    ["val_loss", ({ best }) => best?.val_loss?.toFixed(4) ?? "–"],
    ["val_acc", ({ best }) => best?.val_acc === undefined ? "–" : percent(best.val_acc)],
    ["test_acc", ({ summary }) => summary === undefined ? "–" : percent(summary.test_acc)],
    ["training time", (run) => {
      const seconds = trainingSeconds(run);
      return seconds === undefined ? "–" : duration(seconds);
    }],
  ];
  const heads = columns.map(([title]) => html`<th scope="col" class="number">${title}</th>`);
  const rows = runs.map((run, i) =>
    html`<tr><td>${sample(i)}</td><th scope="row"><a id="${runAddress(run.name)}" href="${
      runAddress(run.name)
    }">${i + 1}: ${run.name}</a></th>
<td><span class="state ${run.state}">${shortState(run)}</span></td>${
      columns.map(([, cell]) => html`<td class="number">${cell(run)}</td>`)
    }</tr>`
  );
  return scrolling(
    "figures of the runs",
    html`
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
function sample(index: number): Html {
  const { stroke, dashes } = seriesStyle(index);
  return html`
    <svg width="28" height="10" aria-hidden="true">
      <path d="M1,5h26" fill="none" stroke="${stroke}"
        stroke-width="2" ${attribute("stroke-dasharray", dashes !== "" && dashes)} />
    </svg>
  `;
}

/** The settings in which the runs differ. */
function differences(runs: readonly RunRecord[]): Html {
  const records = runs.map(({ config }) => configRecord(config));
  const keys = [...new Set(records.flatMap((record) => Object.keys(record)))];
  const text = (record: Record<string, unknown>, key: string) => String(record[key] ?? "–");
  const different = keys.filter((key) => new Set(records.map((each) => text(each, key))).size > 1);
  if (different.length === 0) {
    return html`
      <h2>Settings that differ</h2>
      <p>None: these runs have the same config.</p>
    `;
  }
  const heads = runs.map((_, i) => html`<th scope="col" class="number">${i + 1}</th>`);
  const rows = different.map((key) =>
    html`<tr><th scope="row">${key}</th>${
      records.map((record) => html`<td class="number">${text(record, key)}</td>`)
    }</tr>`
  );
  return html`<h2>Settings that differ</h2>${
    scrolling(
      "settings that differ",
      html`
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
