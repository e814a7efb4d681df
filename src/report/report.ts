import { dataSet, markOf } from "../data/mod.ts";
import {
  type Calibration,
  classScores,
  duration,
  type Figure,
  type Figures,
  figureText,
  fixed,
  grouped,
  headlinesOf,
  macroMean,
  type Part,
  percent,
  percentage,
  rankedOf,
} from "../statistics/mod.ts";
import { crossEntropyLoss, lossNote, mixing } from "../nn/mod.ts";
import { epochFigures, type EpochMetrics, meanSpeed, trainingSeconds } from "../train/mod.ts";
import { configRecord, shownConfig } from "../config/mod.ts";
import type { LayerRow } from "../nn/mod.ts";
import { type Content, type Markup, markup } from "../html/mod.ts";
import {
  type Card,
  cards,
  columns,
  definitions,
  figure,
  page,
  picture,
  section,
  table,
} from "./page.ts";
import { textEntries } from "./text_entries.ts";
import { runText, type TestPictures } from "./run_pictures.ts";
import type { RunRecord } from "../run/mod.ts";

/** What a report shows besides a run's records. */
export interface ReportContent {
  readonly curves: string | undefined;
  /** What is known of a finished run alone. */
  readonly tested?: {
    readonly pictures: TestPictures;
    readonly calibration: Calibration;
    readonly parameters: number;
    readonly layers: readonly LayerRow[];
  };
  /** The command that resumes an unfinished run. */
  readonly resumeCommand: string;
}

/** The report of a run, finished or not, as one page of HTML. */
export function report(record: RunRecord, content: ReportContent): string {
  const { config, name } = record;
  const title = runText(config);
  return page(
    title,
    markup`<h1>${title}</h1><p class="muted"><code>${name}</code></p>
${markOf(config.data) !== "" && warning}
${record.summary === undefined ? interrupted(record, content) : headline(record, content)}
${
      columns(
        section(
          "Curves",
          content.curves === undefined ? noEpoch : picture(content.curves),
          muted(lossNote(crossEntropyLoss(config), mixing(config))),
          epochs(record),
        ),
        tested(record, content),
        section("Config", definitions(textEntries(shownConfig(configRecord(config))))),
        section("Environment", environment(record)),
      )
    }`,
  );
}

const warning = markup`<p class="warning">SYNTHETIC data: the images were drawn by a program. \
These figures say nothing about Fashion-MNIST.</p>`;

const noEpoch = markup`<p>No epoch is complete.</p>`;

const muted = (note: string | undefined): Content => note && markup`<p class="muted">${note}</p>`;

function folded(title: string, body: Content): Markup {
  return markup`<details><summary>${title}</summary>${body}</details>`;
}

function interrupted(record: RunRecord, { resumeCommand }: ReportContent): Markup {
  const { config, progress, history, best, stepsPerEpoch, failure } = record;
  const step = progress?.step ?? 0;
  const total = config.epochs * stepsPerEpoch;
  const reached = figure("step", step, grouped(step));
  const figures = best && cards([
    ["complete epochs", `${history.length} of ${config.epochs}`],
    ["best epoch", figure("best.epoch", best.epoch)],
    ...validation(best),
  ]);
  const end = failure === undefined && record.isTrial
    ? markup`<p>This run is a trial of a study, chosen by validation: ${
      figure("step", step, grouped(step))
    } of ${grouped(total)} steps.</p>`
    : failure === undefined
    ? markup`<p class="warning">This run was interrupted at step ${reached} of ${grouped(total)}.\
</p><p>To resume:</p><pre><code>${resumeCommand}</code></pre>`
    : markup`<p class="warning">This run has failed: ${failure}.</p>`;
  const when = record.isTrial ? "for the trial that is chosen" : "when a run is complete";
  return markup`${end}\
<p class="muted">The test images are opened once, ${when}.</p>${figures}`;
}

/** A card of each figure that there is; `right` follows a proportion. */
function figureCards<P extends Part>(
  title: string,
  figures: readonly Figure<P>[],
  values: Partial<Figures<P>>,
  { prefix = "", right = [] }: { prefix?: string; right?: readonly Card[] } = {},
): Card[] {
  return figures.flatMap((each): Card[] => {
    const value = values[each.key];
    if (value === undefined) return [];
    const shown = figure(`${prefix}${each.key}`, value, figureText(each, values));
    return [[`${title} ${each.label}`, shown], ...(each.proportion ? right : [])];
  });
}

const validation = (best: EpochMetrics) =>
  figureCards("validation", headlinesOf("val"), best, { prefix: "best." });

function headline({ summary, best, times }: RunRecord, { tested }: ReportContent): Content {
  if (summary === undefined || best === undefined || tested === undefined) return undefined;
  const { test_correct, test_count, weights_sha256 } = summary;
  const seconds = trainingSeconds(times);
  const { calibration, parameters } = tested;
  const right = markup`${figure("test_correct", test_correct, grouped(test_correct))} / ${
    figure("test_count", test_count, grouped(test_count))
  }`;
  return [
    cards([
      ...figureCards("test", rankedOf("test"), summary, { right: [["right test images", right]] }),
      [
        "calibration error",
        figure("calibration_error", calibration.error, percent(calibration.error)),
      ],
      ...validation(best),
      ["best epoch", figure("best.epoch", best.epoch)],
      ["parameters", figure("parameters", parameters, grouped(parameters))],
      ["training", seconds === 0 ? "not known" : duration(seconds)],
      ["images a second", seconds === 0 ? "not known" : grouped(meanSpeed(times))],
    ]),
    markup`<p class="muted">Finished ${summary.times.finished}<br>SHA-256 of the last weights: <code>${
      figure("weights_sha256", weights_sha256)
    }</code><br>SHA-256 of the best weights: <code>${
      figure("best_weights_sha256", summary.best_weights_sha256)
    }</code></p>`,
  ];
}

function epochs({ history, times, best }: RunRecord): Content {
  if (history.length === 0) return undefined;
  const cell = (value: number | undefined, digits: number) =>
    value === undefined ? undefined : fixed(value, digits);
  const rows = history.map((metrics, i) => [
    `${metrics.epoch}${metrics.epoch === best?.epoch ? " (best)" : ""}`,
    metrics.step,
    Number(metrics.lr.toPrecision(4)),
    ...epochFigures.map(({ key, digits }) => cell(metrics[key], digits)),
    cell(times[i]?.seconds, 1),
    times[i] && grouped(times[i].imagesPerSecond),
  ]);
  const names = epochFigures.map(({ key }) => key);
  const head = ["epoch", "step", "lr", ...names, "seconds", "images/s"];
  const name = "Every epoch in figures";
  return folded(name, table(name, head, rows));
}

function tested({ config, summary }: RunRecord, { tested }: ReportContent): Markup[] {
  if (summary === undefined || tested === undefined) return [];
  const { pictures, calibration } = tested;
  const { confusion_matrix: counts } = summary;
  const { classes } = dataSet(config.data);
  const learned = pictures.learned.map(picture);
  return [
    section(
      "Confusion matrix",
      picture(pictures.confusion),
      folded("As a table", confusion(counts, classes)),
    ),
    section("Classes", picture(pictures.scores), scores(counts, classes)),
    section(
      "Calibration",
      picture(pictures.reliability),
      markup`<p class="muted">The expected calibration error is the mean distance between confidence and
accuracy over ${calibration.bins.length} bins of equal width, weighted by their counts.</p>`,
      folded("As a table", bins(calibration)),
    ),
    section("Mistakes", picture(pictures.mistakes)),
    section("Predictions", picture(pictures.random)),
    ...(learned.length > 0 ? [section("What the model has learned", ...learned)] : []),
    section("Data", picture(pictures.samples)),
    section("Layers", layers(tested.layers)),
  ];
}

function layers(rows: readonly LayerRow[]): Markup {
  const cells = rows.map(({ name, kind, output, parameters, multiplyAdds }, i) => {
    const place = i === rows.length - 1 ? "all" : name;
    return [
      `${place} ${kind}`,
      output.join(" × "),
      figure(`${place}.parameters`, parameters, grouped(parameters)),
      figure(`${place}.multiply_adds`, multiplyAdds, grouped(multiplyAdds)),
    ];
  });
  return table("Layers", ["layer", "output", "weights", "multiply-adds"], cells);
}

function confusion(counts: readonly (readonly number[])[], classes: readonly string[]): Markup {
  const rows = counts.map((row, label) => [
    classes[label],
    ...row.map((count, prediction) => figure(`confusion_matrix.${label}.${prediction}`, count)),
  ]);
  return table("Confusion matrix", ["class, predicted as", ...classes], rows);
}

function scores(counts: readonly (readonly number[])[], classes: readonly string[]): Markup {
  const each = classScores(counts, classes);
  const total = each.reduce((sum, { support }) => sum + support, 0);
  const cells = (name: string, score: ReturnType<typeof macroMean>) =>
    (["precision", "recall", "f1"] as const).map((key) =>
      figure(`${name}.${key}`, score[key], score[key].toFixed(4))
    );
  return table("Classes", ["class", "precision", "recall", "F1", "images"], [
    ...each.map((score) => [
      score.name,
      ...cells(score.name, score),
      figure(`${score.name}.support`, score.support, grouped(score.support)),
    ]),
    ["macro mean", ...cells("macro mean", macroMean(each)), grouped(total)],
  ]);
}

function bins({ bins }: Calibration): Markup {
  return table("Calibration", ["confidence in %", "predictions", "confidence", "accuracy"], [
    ...bins.filter(({ count }) => count > 0).map(({ from, to, count, confidence, accuracy }) => [
      `${percentage(from, 1)}–${percentage(to, 1)}`,
      grouped(count),
      percent(confidence),
      percent(accuracy),
    ]),
  ]);
}

function environment({ environment }: RunRecord): Content {
  const { resumed = [], ...first } = environment ?? {};
  return [
    definitions(textEntries(first)),
    ...resumed.map(({ step, ...rest }) =>
      folded(`Resumed at step ${step}`, definitions(textEntries(rest)))
    ),
  ];
}
