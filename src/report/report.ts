import { classNames, isSynthetic } from "../data/mod.ts";
import { type Calibration, classScores, macroMean } from "../statistics/mod.ts";
import { configRecord } from "../config/mod.ts";
import { escaped } from "../html/mod.ts";
import { duration, grouped, percent } from "./numbers.ts";
import { cards, definitions, figure, page, picture, table } from "./page.ts";
import { runText, type TestPictures } from "./run_pictures.ts";
import type { RunRecord } from "../run/mod.ts";

/** What a report shows besides a run's records. */
export interface ReportContent {
  readonly curves: string | undefined;
  /** Of a finished run. */
  readonly tested?: {
    readonly pictures: TestPictures;
    readonly calibration: Calibration;
    readonly parameters: number;
  };
  /** Goes on with an unfinished run. */
  readonly resumeCommand: string;
}

/** The report of a run, finished or not, as one page of HTML. */
export function report(record: RunRecord, content: ReportContent): string {
  const { config, name } = record;
  const title = runText(config);
  const sections = [
    `<h1>${escaped(title)}</h1><p class="muted"><code>${escaped(name)}</code></p>`,
    isSynthetic(config.data) ? warning : "",
    record.summary === undefined ? interrupted(record, content) : headline(record, content),
    section(
      "Curves",
      content.curves === undefined ? noEpoch : picture(content.curves),
      epochs(record),
    ),
    ...tested(record, content),
    section("Config", definitions(textEntries(configRecord(config)))),
    section("Environment", environment(record)),
  ];
  return page(title, sections.join("\n"));
}

const warning = `<p class="warning">SYNTHETIC data: the images were drawn by a program. ` +
  `These figures say nothing about Fashion-MNIST.</p>`;

const noEpoch = `<p>No epoch is complete.</p>`;

function section(title: string, ...parts: readonly string[]): string {
  return `<section><h2>${title}</h2>${parts.join("")}</section>`;
}

function folded(title: string, body: string): string {
  return `<details><summary>${title}</summary>${body}</details>`;
}

function interrupted(record: RunRecord, { resumeCommand }: ReportContent): string {
  const { config, progress, history, best } = record;
  const { step = 0 } = progress ?? {};
  const total = config.epochs * Math.ceil(config.trainSize / config.batchSize);
  const where = `interrupted at step ${figure("step", step, grouped(step))} of ${grouped(total)}`;
  const figures = best === undefined ? "" : cards([
    ["complete epochs", `${history.length} of ${config.epochs}`],
    ["best epoch", figure("best.epoch", best.epoch)],
    ...accuracy(best.val_acc),
  ]);
  return `<p class="warning">This run was ${where}.</p><p>To go on:</p>` +
    `<pre><code>${escaped(resumeCommand)}</code></pre>` +
    `<p class="muted">The test images are opened once, when a run is complete.</p>${figures}`;
}

function accuracy(share: number | undefined): [string, string][] {
  if (share === undefined) return [];
  return [["validation accuracy", figure("best.val_acc", share, percent(share))]];
}

function headline({ summary, best, times }: RunRecord, { tested }: ReportContent) {
  if (summary === undefined || best === undefined || tested === undefined) return "";
  const { test_acc, test_loss, test_correct, test_count, weights_sha256 } = summary;
  const known = times.filter((time) => time !== undefined);
  const seconds = known.reduce((sum, time) => sum + time.seconds, 0);
  const images = known.reduce((sum, time) => sum + time.seconds * time.imagesPerSecond, 0);
  const { calibration, parameters } = tested;
  return [
    cards([
      ["test accuracy", figure("test_acc", test_acc, percent(test_acc))],
      [
        "right test images",
        `${figure("test_correct", test_correct, grouped(test_correct))} / ${
          figure("test_count", test_count, grouped(test_count))
        }`,
      ],
      ["test loss", figure("test_loss", test_loss, test_loss.toFixed(4))],
      [
        "calibration error",
        figure("calibration_error", calibration.error, percent(calibration.error)),
      ],
      ...accuracy(best.val_acc),
      ["best epoch", figure("best.epoch", best.epoch)],
      ["parameters", figure("parameters", parameters, grouped(parameters))],
      ["training", seconds === 0 ? "not known" : duration(seconds)],
      ["images a second", seconds === 0 ? "not known" : grouped(images / seconds)],
    ]),
    `<p class="muted">Finished ${
      escaped(summary.times.finished)
    }<br>SHA-256 of the last weights: <code>${
      figure("weights_sha256", weights_sha256)
    }</code><br>SHA-256 of the best weights: <code>${
      figure("best_weights_sha256", summary.best_weights_sha256)
    }</code></p>`,
  ].join("");
}

function epochs({ history, times, best }: RunRecord): string {
  if (history.length === 0) return "";
  const cell = (value: number | undefined, digits = 4) => value?.toFixed(digits) ?? "";
  const rows = history.map((metrics, i) => [
    `${metrics.epoch}${metrics.epoch === best?.epoch ? " (best)" : ""}`,
    `${metrics.step}`,
    `${Number(metrics.lr.toPrecision(4))}`,
    cell(metrics.train_loss),
    cell(metrics.train_acc),
    cell(metrics.val_loss),
    cell(metrics.val_acc),
    cell(times[i]?.seconds, 1),
    times[i] === undefined ? "" : grouped(times[i].imagesPerSecond),
  ]);
  const head = "epoch,step,lr,train_loss,train_acc,val_loss,val_acc,seconds,images/s".split(",");
  return folded("Every epoch in figures", table(head, rows));
}

function tested({ summary }: RunRecord, { tested }: ReportContent): string[] {
  if (summary === undefined || tested === undefined) return [];
  const { pictures, calibration } = tested;
  const { confusion_matrix: counts } = summary;
  const learned = pictures.learned.map(picture);
  return [
    section(
      "Confusion matrix",
      picture(pictures.confusion),
      folded("As a table", confusion(counts)),
    ),
    section("Classes", picture(pictures.scores), scores(counts)),
    section(
      "Calibration",
      picture(pictures.reliability),
      `<p class="muted">The expected calibration error is the mean distance between confidence and
accuracy over ${calibration.bins.length} bins of equal width, weighted by their counts.</p>`,
    ),
    section("Mistakes", picture(pictures.mistakes)),
    section("Predictions", picture(pictures.random)),
    ...(learned.length > 0 ? [section("What the model has learned", ...learned)] : []),
    section("Data", picture(pictures.samples)),
  ];
}

function confusion(counts: readonly (readonly number[])[]): string {
  const rows = counts.map((row, label) => [
    escaped(classNames[label]),
    ...row.map((count, prediction) => figure(`confusion_matrix.${label}.${prediction}`, count)),
  ]);
  return table(["class, predicted as", ...classNames], rows);
}

function scores(counts: readonly (readonly number[])[]): string {
  const each = classScores(counts, classNames);
  const total = each.reduce((sum, { support }) => sum + support, 0);
  const cells = (name: string, score: ReturnType<typeof macroMean>) =>
    (["precision", "recall", "f1"] as const).map((key) =>
      figure(`${name}.${key}`, score[key], score[key].toFixed(4))
    );
  return table(["class", "precision", "recall", "F1", "images"], [
    ...each.map((score) => [
      escaped(score.name),
      ...cells(score.name, score),
      figure(`${score.name}.support`, score.support, grouped(score.support)),
    ]),
    ["macro mean", ...cells("macro mean", macroMean(each)), grouped(total)],
  ]);
}

function environment({ environment }: RunRecord): string {
  const { resumed = [], ...first } = environment ?? {};
  return definitions(textEntries(first)) +
    resumed.map(({ step, ...rest }) =>
      folded(`Resumed at step ${escaped(`${step}`)}`, definitions(textEntries(rest)))
    ).join("");
}

/** A record's entries as text; those of a record in it are named `outer.inner`. */
function textEntries(record: Readonly<Record<string, unknown>>): [string, string][] {
  return Object.entries(record).flatMap(([name, value]): [string, string][] => {
    if (typeof value !== "object" || value === null) return [[name, `${value ?? "not known"}`]];
    const inner = textEntries(value as Record<string, unknown>);
    return inner.map(([key, text]) => [`${name}: ${key}`, text]);
  });
}
