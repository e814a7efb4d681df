import {
  calibration,
  classScores,
  figuresOf,
  rankedOf,
  spread,
  wilsonInterval,
} from "../../statistics/mod.ts";
import { type ImageSet, markOf } from "../../data/mod.ts";
import { configRecord } from "../../config/mod.ts";
import { confusionCounts } from "../../train/mod.ts";
import type { EvaluatedRun } from "./evaluated_run.ts";
import { meanHistory } from "./mean_history.ts";
import { refuseDifferentData } from "./finished_runs.ts";
import type { Row } from "./row.ts";
import { distinctNames } from "../../run/mod.ts";
import { comparePairs, type Pair } from "./pairs.ts";

/** Finished runs side by side, the best row first. */
export interface Comparison {
  readonly test: ImageSet;
  readonly trainSize: number;
  readonly rows: readonly Row[];
  /** Every two rows; the run with the lowest seed stands for each. */
  readonly pairs: readonly Pair[];
  /** What a reader has to know of the figures. */
  readonly notes: readonly string[];
}

/** Compares runs by what they say of the test images; throws a UserError where they cannot be ranked. */
export function compareRuns(runs: readonly EvaluatedRun[], test: ImageSet): Comparison {
  refuseDifferentData(runs);
  const groups = [...Map.groupBy(runs, ({ results }) => settingsOf(results.config)).values()];
  const names = distinctNames(groups.map(([{ results }]) => ({ ...results.config, seed: 0 })));
  const rows = groups.map((group, i) => rowOf(names[i], group, test));
  rows.sort(byRank);
  return {
    test,
    trainSize: runs[0].results.config.trainSize,
    rows,
    pairs: comparePairs(rows, test),
    notes: [...notesOn(test, rows), ...runs.flatMap(inconsistency)],
  };
}

/** A config without its seed, as text. */
function settingsOf(config: EvaluatedRun["results"]["config"]): string {
  const { seed: _, ...settings } = configRecord(config);
  return JSON.stringify(settings);
}

function rowOf(name: string, group: readonly EvaluatedRun[], test: ImageSet): Row {
  const runs = group.toSorted((a, b) => a.results.config.seed - b.results.config.seed);
  const over = (figure: (run: EvaluatedRun) => number) => spread(runs.map(figure));
  const right = over(({ results }) => results.test_correct / results.test_count);
  const figures = figuresOf("test").flatMap(({ key }) => {
    const values = runs.flatMap(({ results }) => results[key] ?? []);
    return values.length < runs.length ? [] : [[key, spread(values)]];
  });
  const recalls = runs.map(({ predictions }) => recallOf(predictions.predicted, test));
  return {
    name,
    runs,
    figures: Object.fromEntries(figures),
    interval: wilsonInterval(right.mean * test.count, test.count),
    calibrationError: over(({ predictions: { confidence, correct } }) =>
      calibration(confidence, correct).error
    ),
    trainingSeconds: over((run) => run.trainingSeconds),
    imagesPerSecond: over((run) => run.imagesPerSecond),
    recall: test.classes.map((_, label) => spread(recalls.map((recall) => recall[label])).mean),
    history: meanHistory(runs.map(({ results }) => results.epochs)),
  };
}

/** The better row first, by the first metric that tells them apart. */
function byRank(a: Row, b: Row): number {
  const differences = rankedOf("test").map(({ key, better }) => {
    const [first, second] = better === "higher" ? [b, a] : [a, b];
    return (first.figures[key]?.mean ?? 0) - (second.figures[key]?.mean ?? 0);
  });
  return differences.find((difference) => difference !== 0) ?? 0;
}

function recallOf(predicted: Uint8Array, { labels, classes }: ImageSet): number[] {
  const counts = confusionCounts(labels, predicted, classes.length);
  return classScores(counts, classes).map(({ recall }) => recall);
}

function notesOn({ name, count }: ImageSet, rows: readonly Row[]): string[] {
  const runs = rows.flatMap((row) => row.runs);
  const machines = new Set(runs.map(({ machine }) => machine));
  return [
    ...(markOf(name) !== ""
      ? ["SYNTHETIC data: these figures say nothing about Fashion-MNIST."]
      : []),
    `The interval is Wilson's for ${count} test images: what other images of the same kind may give.`,
    ...(runs.length > rows.length
      ? ["± is the standard deviation over seeds; the lowest seed stands for its row in pairs."]
      : []),
    ...(machines.size > 1
      ? [`The times cannot be compared, they are of ${[...machines].join(" and of ")}.`]
      : []),
  ];
}

/** The figures are those that the runs recorded; predictions made elsewhere may differ, on CUDA. */
function inconsistency({ folder, results, predictions }: EvaluatedRun): string[] {
  const right = predictions.correct.filter((is) => is).length;
  return right === results.test_correct
    ? []
    : [`${folder} recorded ${results.test_correct} right predictions, here it makes ${right}.`];
}
