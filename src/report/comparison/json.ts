import { configRecord } from "../../config/mod.ts";
import { rankedOf, type Spread } from "../../statistics/mod.ts";
import type { Comparison } from "./comparison.ts";
import type { Row } from "./row.ts";

/** A comparison as comparison.json has it, with the names that a run's files use. */
export function comparisonRecord({ test, trainSize, rows, pairs, notes }: Comparison) {
  return {
    set: test.name,
    images: test.count,
    train_size: trainSize,
    notes,
    models: rows.map(modelRecord),
    pairs: pairs.map(({ first, second, agreement, bothRight, bothWrong, ...pair }) => ({
      first: first.name,
      second: second.name,
      agreement,
      both_right: bothRight,
      both_wrong: bothWrong,
      only_first_right: pair.onlyFirstRight,
      only_second_right: pair.onlySecondRight,
      test: "McNemar, exact, two-sided",
      p: pair.p,
      p_holm: pair.adjustedP,
    })),
    classes: test.classes.map((name, label) => ({
      name,
      recall: Object.fromEntries(rows.map((row) => [row.name, row.recall[label]])),
    })),
  };
}

function modelRecord(row: Row) {
  const [{ results, parameters, weightsBytes }] = row.runs;
  const { seed: _, ...config } = configRecord(results.config);
  return {
    name: row.name,
    config,
    runs: row.runs.map(({ folder, results }) => ({
      folder,
      seed: results.config.seed,
      weights_sha256: results.best_weights_sha256,
      ...Object.fromEntries(rankedOf("test").map(({ key }) => [key, results[key]])),
    })),
    parameters,
    ...Object.fromEntries(
      rankedOf("test").flatMap(({ key, proportion }) => [
        [key, row.figures[key] && figure(row.figures[key])],
        ...(proportion ? [["interval", row.interval]] : []),
      ]),
    ),
    ece: figure(row.calibrationError),
    training_seconds: figure(row.trainingSeconds),
    images_per_second: figure(row.imagesPerSecond),
    weights_bytes: weightsBytes,
    history: row.history,
  };
}

const figure = ({ mean, deviation, count }: Spread) => ({
  mean,
  deviation: count === 1 ? null : deviation,
});
