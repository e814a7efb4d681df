import {
  figureSpreadText,
  percentage,
  rankedOf,
  spread,
  spreadText,
} from "../../statistics/mod.ts";
import type { Comparison } from "./comparison.ts";
import type { Row } from "./row.ts";
import { disagreements } from "./images.ts";

/** A table as people read it. */
export interface Table {
  readonly title: string;
  /** The names of the columns; the first one holds the names of the rows. */
  readonly head: readonly string[];
  readonly rows: readonly (readonly string[])[];
  /** What its figures are. */
  readonly note: string;
}

/** The tables of a comparison: its rows, every two of them, the classes and the images. */
export function tablesOf(comparison: Comparison): Table[] {
  const alone = comparison.rows.length === 1;
  return [
    rowTable(comparison),
    ...(alone ? [] : [pairTable(comparison)]),
    classTable(comparison),
    ...(alone ? [] : [imageTable(comparison)]),
  ];
}

function rowTable({ rows }: Comparison): Table {
  const seeds = rows.some(({ runs }) => runs.length > 1);
  return {
    title: "Models",
    head: [
      "model",
      ...(seeds ? ["seeds"] : []),
      ...rankedOf("test").flatMap(({ label, format, proportion }) => [
        `${label}${format.unit}`,
        ...(proportion ? ["95 % interval"] : []),
      ]),
      "ECE %",
      "parameters",
      "training s",
      "images/s",
      "weights kB",
    ],
    rows: rows.map((row) => [
      row.name,
      ...(seeds ? [`${row.runs.length}`] : []),
      ...rankedOf("test").flatMap((figure) => [
        figureSpreadText(figure, row.figures[figure.key]),
        ...(figure.proportion ? [intervalText(row)] : []),
      ]),
      spreadText(row.calibrationError, 2, 100),
      `${row.runs[0].parameters}`,
      spreadText(row.trainingSeconds, 1),
      spreadText(row.imagesPerSecond, 0),
      (row.runs[0].weightsBytes / 1000).toFixed(1),
    ]),
    note: "Of the test images, with the weights of the best epoch. " +
      "ECE: expected calibration error, in 15 bins.",
  };
}

const intervalText = ({ interval }: Row) =>
  interval.map((bound) => (100 * bound).toFixed(2)).join("–");

function pairTable({ pairs }: Comparison): Table {
  return {
    title: "Pairs",
    head: ["A / B", "same class %", "only A", "only B", "p", "p (Holm)"],
    rows: pairs.map(({ first, second, agreement, ...pair }) => [
      `${first.name} / ${second.name}`,
      percentage(agreement),
      `${pair.onlyFirstRight.length}`,
      `${pair.onlySecondRight.length}`,
      chance(pair.p),
      chance(pair.adjustedP),
    ]),
    note:
      "Same class: the images to which both give the same. Only A: those that only A gets right. " +
      "p: McNemar's test, exact (binomial), two-sided; Holm: adjusted for the number of pairs.",
  };
}

function classTable({ rows, test }: Comparison): Table {
  const [best, ...others] = rows;
  const percent = (share: number) => percentage(share, 1);
  const difference = (share: number) => `${share < 0 ? "−" : "+"}${percent(Math.abs(share))}`;
  const cells = (recall: (row: Row) => number) => [
    percent(recall(best)),
    ...others.map((row) => `${percent(recall(row))} (${difference(recall(row) - recall(best))})`),
  ];
  return {
    title: "Classes",
    head: ["class", ...rows.map(({ name }) => name)],
    rows: [
      ...test.classes.map((name, label) => [name, ...cells(({ recall }) => recall[label])]),
      ["mean", ...cells(({ recall }) => spread(recall).mean)],
    ],
    note: "% of each class's images that are recognised" +
      (others.length > 0 ? `, and the difference to ${best.name}.` : "."),
  };
}

function imageTable(comparison: Comparison): Table {
  const { labels, classes } = comparison.test;
  return {
    title: "Images",
    head: ["right / wrong", "images", "surest mistake"],
    rows: disagreements(comparison).map(({ right, wrong, images }) => {
      const [surest] = images;
      const { predicted } = wrong.runs[0].predictions;
      const mistake = surest === undefined
        ? "-"
        : `${surest} ${classes[labels[surest]]} → ${classes[predicted[surest]]}`;
      return [`${right.name} / ${wrong.name}`, `${images.length}`, mistake];
    }),
    note: "Images that one gets right and the other wrong, by their number in the test set.",
  };
}

/** A p-value; one that is smaller than a number can be is shown as that. */
function chance(p: number): string {
  if (p >= 0.001) return p.toFixed(3);
  return p < 1e-300 ? "< 1e-300" : p.toExponential(1);
}
