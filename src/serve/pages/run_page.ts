import { curvesPicture } from "../../picture/mod.ts";
import { configRecord } from "../../config/mod.ts";
import { type Content, type Html, html } from "../html.ts";
import { type EpochRecord, type FoundRun, runPath, type RunRecord } from "../../run/mod.ts";
import { duration, epochSeconds, longState, percent, trainingSeconds } from "../words.ts";
import { definitions, type Page, picture, runAddress, scrolling } from "./page.ts";
import { program } from "../../program.ts";
import { shownName } from "../../data/mod.ts";
import { runFiles } from "../run_files.ts";

/** The page of one run; `folder` is the parent of the run folders as the user wrote it. */
export function runPage(run: FoundRun, folder: string): Page {
  return { title: run.name, status: 200, main: main(run, folder) };
}

function main(run: FoundRun, folder: string): Html {
  const head = html`
    <h1>${run.name}</h1>
    <div role="status">
      <p id="state" data-live>${state(run)}</p>
    </div>
  `;
  if (run.state === "damaged") return head;
  return html`
    ${head}
    <div id="progress" data-live>${progress(run, folder)}</div>
    <div id="figures" data-live>${figures(run)}</div>
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

function state(run: FoundRun): Html {
  const sentence = run.state === "damaged" ? `Damaged: ${run.problem}` : longState(run);
  return html`<span class="state ${run.state}">${sentence}</span>`;
}

function progress(run: RunRecord, folder: string): Html | undefined {
  const { config, step, stepsPerEpoch, epochs, name } = run;
  if (run.state === "finished") return undefined;
  const bar = html`
    <progress max="${config.epochs * stepsPerEpoch}" value="${step}"
      aria-label="steps done"></progress>
  `;
  if (run.state === "interrupted") {
    const path = `${runPath(folder)}/${name}`;
    return html`${bar}<p>To go on: <code>${program} train --resume ${path}</code></p>`;
  }
  const seconds = epochSeconds(run);
  const left = config.epochs - epochs.length;
  if (seconds === undefined || left <= 0) return bar;
  return html`${bar}<p>An epoch takes about ${duration(seconds)}, the ${
    left === 1 ? "last one" : `${left} epochs left`
  } about ${duration(seconds * left)}.</p>`;
}

function figures(run: RunRecord): Html {
  const { config, best, summary, epochs } = run;
  const seconds = trainingSeconds(run);
  const speed = epochs.at(-1)?.imagesPerSecond;
  const entries: [string, Content][] = [
    ["model", config.model],
    ["data", shownName(config.data)],
  ];
  if (summary !== undefined) {
    const { test_acc, test_correct, test_count, test_loss, parameters } = summary;
    entries.push(
      ["test_acc", `${percent(test_acc)} (${test_correct}/${test_count})`],
      ["test_loss", test_loss.toFixed(4)],
      ["weights", parameters],
    );
  }
  if (best !== undefined) {
    entries.push(["best epoch", best.epoch]);
    if (best.val_acc !== undefined) entries.push(["val_acc", percent(best.val_acc)]);
    if (best.val_loss !== undefined) entries.push(["val_loss", best.val_loss.toFixed(4)]);
  }
  if (seconds !== undefined) entries.push(["training time", duration(seconds)]);
  if (speed !== undefined) entries.push(["images/s", speed]);
  if (summary !== undefined) {
    entries.push(["finished", time(summary.times.finished)]);
    entries.push(["SHA-256 of the weights", html`<code>${summary.weights_sha256}</code>`]);
  }
  return definitions(entries);
}

function time(iso: string): Html {
  const text = `${iso.slice(0, 10)} ${iso.slice(11, 19)} UTC`;
  return html`<time datetime="${iso}">${text}</time>`;
}

function curves({ epochs, best, config }: RunRecord): Content {
  if (epochs.length === 0) return html`<p>The first epoch is not complete yet.</p>`;
  const subtitle = `${epochs.length} of ${config.epochs} epochs`;
  const shown = { subtitle, history: epochs, best: best?.epoch, epochs: config.epochs };
  return (["loss", "accuracy"] as const).map((quantity) => {
    const title = `${config.model}, seed ${config.seed}: ${quantity}`;
    return picture(curvesPicture({ ...shown, title }, [quantity], 420));
  });
}

function epochTable({ epochs, name }: RunRecord): Content {
  if (epochs.length === 0) return html`<p>None is complete yet.</p>`;
  const columns: [string, (row: EpochRecord) => Content][] = [
    ["epoch", ({ epoch }) => epoch],
    ["lr", ({ lr }) => Number(lr.toPrecision(4))],
    ["train_loss", ({ train_loss }) => train_loss.toFixed(4)],
    ["train_acc", ({ train_acc }) => train_acc.toFixed(4)],
    ["val_loss", ({ val_loss }) => val_loss?.toFixed(4) ?? "–"],
    ["val_acc", ({ val_acc }) => val_acc?.toFixed(4) ?? "–"],
    ["seconds", ({ seconds }) => seconds?.toFixed(1) ?? "–"],
    ["images/s", ({ imagesPerSecond }) => imagesPerSecond ?? "–"],
  ];
  const heads = columns.map(([title]) => html`<th scope="col" class="number">${title}</th>`);
  const rows = epochs.map((row) =>
    html`<tr>${columns.map(([, cell]) => html`<td class="number">${cell(row)}</td>`)}</tr>`
  );
  return scrolling(
    `every epoch of ${name}`,
    html`
      <table>
        <thead>
          <tr>${heads}</tr>
        </thead>
        <tbody>${rows}</tbody>
      </table>
    `,
  );
}

function settings({ config }: RunRecord): Html {
  return definitions(
    Object.entries(configRecord(config)).map(([key, value]) => [key, String(value)]),
  );
}

function files({ files, name }: RunRecord): Html {
  const items = runFiles.filter((file) => files.has(file)).map((file) =>
    html`<li><a id="file-${file}" href="${runAddress(name)}/${file}">${file}</a></li>`
  );
  return html`
    <h2>Files</h2>
    <ul class="files">${items}</ul>
  `;
}
