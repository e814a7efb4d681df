import { curvesPicture, measuredIn } from "../../picture/mod.ts";
import { duration, figureText, fixed, rankedOf } from "../../statistics/mod.ts";
import { crossEntropyLoss, lossNote, mixing } from "../../nn/mod.ts";
import { epochFigures } from "../../train/mod.ts";
import { configRecord, shownConfig } from "../../config/mod.ts";
import { shownName } from "../../data/mod.ts";
import { type Content, type Markup, markup } from "../../html/mod.ts";
import { type EpochRecord, type FoundRun, runPath, type RunRecord } from "../../run/mod.ts";
import { epochSeconds, longState, trainingSeconds } from "../words.ts";
import { definitions, type Page, picture, scrolling } from "./page.ts";
import { program } from "../../program.ts";
import { counted } from "../../printable.ts";
import { shellPath } from "../../shell_word.ts";

/** The files of every run folder that are served as they are. */
const runFiles = [
  "report.html",
  "config.json",
  "environment.json",
  "metrics.csv",
  "summary.json",
  "confusion_matrix.json",
] as const;

/** The files of a run that are served as they are: those of every run, and of its own model. */
export const filesOf = (run: FoundRun): readonly string[] =>
  run.state === "damaged" ? runFiles : [
    ...runFiles,
    ...Object.keys(run.config.modelFiles ?? {}).map((name) => `model/${name}`),
  ];

/**
 * The page of one run; `folder` is the parent of the run folders as the user wrote it, and `classify`
 * the address of the page that classifies with the run.
 */
export function runPage(run: FoundRun, folder: string, classify: string): Page {
  return { title: run.name, status: 200, main: main(run, folder, classify) };
}

function main(run: FoundRun, folder: string, classify: string): Markup {
  const head = markup`
    <h1>${run.name}</h1>
    <div role="status">
      <p id="state" data-live>${state(run)}</p>
    </div>
  `;
  if (run.state === "damaged") return head;
  return markup`
    ${head}
    <div id="progress" data-live>${progress(run, folder)}</div>
    <div id="figures" data-live>${figures(run)}</div>
    <p id="classify" data-live>${
    run.best && markup`<a id="to-classify" href="${classify}">Classify a drawing or a picture</a>`
  }</p>
    <div id="curves" class="curves" data-live>${curves(run)}</div>
    <details>
      <summary>Every epoch</summary>
      <div id="epochs" data-live>${epochTable(run)}</div>
    </details>
    <details>
      <summary>Settings</summary>
      <div id="settings" data-live>${settings(run)}</div>
    </details>
    <div id="files" data-live>${files(run)}</div>
  `;
}

function state(run: FoundRun): Markup {
  const sentence = run.state === "damaged" ? `Damaged: ${run.problem}` : longState(run);
  return markup`<span class="state ${run.state}">${sentence}</span>`;
}

function progress(run: RunRecord, folder: string): Markup | undefined {
  const { config, step, stepsPerEpoch, epochs, name } = run;
  if (run.state === "finished") return undefined;
  const bar = markup`
    <progress max="${config.epochs * stepsPerEpoch}" value="${step}"
      aria-label="steps done"></progress>
  `;
  if (run.failure !== undefined) {
    return markup`${bar}<p class="problem">The run has failed: ${run.failure}.</p>`;
  }
  if (run.state === "interrupted") {
    const path = shellPath(`${runPath(folder)}/${name}`);
    return markup`${bar}<p>To resume: <code>${program} train --resume ${path}</code></p>`;
  }
  if (run.state === "untested") return bar;
  const seconds = epochSeconds(run);
  const left = config.epochs - epochs.length;
  if (seconds === undefined || left <= 0) return bar;
  return markup`${bar}<p>An epoch takes about ${duration(seconds)}, the ${
    left === 1 ? "last one" : `${left} epochs left`
  } about ${duration(seconds * left)}.</p>`;
}

function figures(run: RunRecord): Markup {
  const { config, best, summary, epochs } = run;
  const seconds = trainingSeconds(run);
  const speed = epochs.at(-1)?.imagesPerSecond;
  const entries: [string, Content][] = [
    ["model", config.model],
    ["data", shownName(config.data)],
  ];
  if (summary !== undefined) {
    const { test_correct: correct, test_count: count, parameters } = summary;
    entries.push(
      ...rankedOf("test").map((figure): [string, Content] => [
        figure.key,
        figureText(figure, summary, { correct, count }),
      ]),
      ["weights", parameters],
    );
  }
  if (best !== undefined) {
    entries.push(["best epoch", best.epoch]);
    for (const figure of rankedOf("val")) {
      if (figure.key in best) entries.push([figure.key, figureText(figure, best)]);
    }
  }
  if (seconds !== undefined) entries.push(["training time", duration(seconds)]);
  if (speed !== undefined) entries.push(["images/s", speed]);
  if (summary !== undefined) {
    entries.push(["finished", time(summary.times.finished)]);
    entries.push(["SHA-256 of the weights", markup`<code>${summary.weights_sha256}</code>`]);
  }
  return definitions(entries);
}

function time(iso: string): Markup {
  const text = `${iso.slice(0, 10)} ${iso.slice(11, 19)} UTC`;
  return markup`<time datetime="${iso}">${text}</time>`;
}

function curves({ epochs, best, config }: RunRecord): Content {
  if (epochs.length === 0) return markup`<p>The first epoch is not complete yet.</p>`;
  const subtitle = `${epochs.length} of ${counted(config.epochs, "epoch")}`;
  const shown = { subtitle, history: epochs, best: best?.epoch, epochs: config.epochs };
  const note = lossNote(crossEntropyLoss(config), mixing(config));
  return [
    ...measuredIn(epochs).map((metric) => {
      const title = `${config.model}, seed ${config.seed}: ${metric.label}`;
      return picture(curvesPicture({ ...shown, title }, [metric], 420));
    }),
    note && markup`<p>${note}</p>`,
  ];
}

/** Rows of the table of epochs: more than anybody reads. */
const rowLimit = 1000;

function epochTable({ epochs, name }: RunRecord): Content {
  if (epochs.length === 0) return markup`<p>None is complete yet.</p>`;
  type Column = [string, (row: EpochRecord) => Content];
  const columns: Column[] = [
    ["epoch", ({ epoch }) => epoch],
    ["lr", ({ lr }) => Number(lr.toPrecision(4))],
    ...epochFigures.map((
      { key, digits },
    ): Column => [key, ({ [key]: value }) => value === undefined ? "–" : fixed(value, digits)]),
    ["seconds", ({ seconds }) => seconds?.toFixed(1) ?? "–"],
    ["images/s", ({ imagesPerSecond }) => imagesPerSecond ?? "–"],
  ];
  const heads = columns.map(([title]) => markup`<th scope="col" class="number">${title}</th>`);
  const rows = epochs.slice(-rowLimit).map((row) =>
    markup`<tr>${columns.map(([, cell]) => markup`<td class="number">${cell(row)}</td>`)}</tr>`
  );
  const left = epochs.length - rowLimit;
  const note = left > 0 && markup`
    <p>The last ${rowLimit} of ${epochs.length} epochs; <a
      id="all-epochs" href="${
    encodeURIComponent(name)
  }/metrics.csv">metrics.csv</a> has them all.</p>
  `;
  const table = scrolling(
    `every epoch of ${name}`,
    markup`
      <table>
        <thead>
          <tr>${heads}</tr>
        </thead>
        <tbody>${rows}</tbody>
      </table>
    `,
  );
  return [note, table];
}

function settings({ config }: RunRecord): Markup {
  return definitions(
    Object.entries(shownConfig(configRecord(config))).map(([key, value]) => [key, String(value)]),
  );
}

function files(run: RunRecord): Markup {
  const items = filesOf(run).filter((file) => file.includes("/") || run.files.has(file)).map(
    (file) => {
      const address = [run.name, ...file.split("/")].map(encodeURIComponent).join("/");
      return markup`<li><a id="file-${file}" href="${address}">${file}</a></li>`;
    },
  );
  return markup`
    <h2>Files</h2>
    <ul class="files">${items}</ul>
  `;
}
