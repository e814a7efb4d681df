import { rankedOf } from "../../statistics/mod.ts";
import { csvText } from "../../storage/mod.ts";
import type { Comparison } from "./comparison.ts";

/** The models of a comparison, a line each. */
export function modelsCsv({ rows }: Comparison): string {
  const figures = rankedOf("test");
  const head = [
    ...["model", "seeds"],
    ...figures.flatMap(({ key, proportion }) => [
      ...[key, `${key}_deviation`],
      ...(proportion ? ["interval_low", "interval_high"] : []),
    ]),
    ...["ece", "ece_deviation", "parameters"],
    ...["training_seconds", "images_per_second", "weights_bytes"],
  ];
  return csvText(
    head,
    rows.map(({ name, runs, interval, calibrationError, ...row }) => [
      ...[name, runs.map(({ results }) => results.config.seed).join(" ")],
      ...figures.flatMap(({ key, proportion }) => [
        ...[row.figures[key]?.mean ?? "", row.figures[key]?.deviation ?? ""],
        ...(proportion ? interval : []),
      ]),
      ...[calibrationError.mean, calibrationError.deviation, runs[0].parameters],
      ...[row.trainingSeconds.mean, row.imagesPerSecond.mean, runs[0].weightsBytes],
    ]),
  );
}

/** The pairs of a comparison, a line each. */
export function pairsCsv({ pairs }: Comparison): string {
  const head = ["first", "second", "agreement", "both_right", "only_first_right"];
  return csvText(
    [...head, "only_second_right", "both_wrong", "p", "p_holm"],
    pairs.map(({ first, second, agreement, bothRight, bothWrong, ...pair }) => [
      ...[first.name, second.name, agreement, bothRight, pair.onlyFirstRight.length],
      ...[pair.onlySecondRight.length, bothWrong, pair.p, pair.adjustedP],
    ]),
  );
}

/** The share of each class that each model finds. */
export function classesCsv({ rows, test }: Comparison): string {
  return csvText(
    ["class", ...rows.map(({ name }) => name)],
    test.classes.map((name, label) => [name, ...rows.map(({ recall }) => recall[label])]),
  );
}

/** The images that some models get right and others wrong, with what each says. */
export function imagesCsv({ rows, test: { labels, classes } }: Comparison): string {
  const models = rows.map(({ runs }) => runs[0].predictions);
  const disputed = [...labels.keys()].filter((i) =>
    models.some(({ correct }) => correct[i] !== models[0].correct[i])
  );
  return csvText(
    ["image", "class", ...rows.flatMap(({ name }) => [name, `${name} confidence`])],
    disputed.map((i) => [
      ...[i, classes[labels[i]]],
      ...models.flatMap(({ predicted, confidence }) => [classes[predicted[i]], confidence[i]]),
    ]),
  );
}
