import { batches, dataSet, type ImageSet } from "../data/mod.ts";
import { featureMaps, type Module } from "../nn/mod.ts";
import { Random } from "../tensor/mod.ts";
import { calibration, classScores } from "../statistics/mod.ts";
import type { TrainConfig } from "../config/mod.ts";
import type { Predictions } from "../train/mod.ts";
import {
  classScoresPicture,
  confusionPicture,
  curvesPicture,
  curvesTitle,
  featureMapsPicture,
  filtersPicture,
  mistakesPicture,
  pixelsOf,
  randomPredictionsPicture,
  reliabilityPicture,
  sampleSheet,
  weightImagesPicture,
} from "../picture/mod.ts";
import type { RunRecord } from "../run/mod.ts";
import { counted } from "../printable.ts";

/** A run's best weights, and what they say of the test images. */
export interface TestedModel {
  readonly model: Module;
  readonly set: ImageSet;
  readonly predictions: Predictions;
}

/** The model, data and seed of a run, below the title of its pictures. */
export function runText({ model, data, seed }: TrainConfig): string {
  return `${model} on ${dataSet(data).title}, seed ${seed}`;
}

/** A run's curves as far as they go; undefined where no epoch is complete. */
export function runCurves({ config, history, best, finished }: RunRecord): string | undefined {
  if (history.length === 0) return undefined;
  const { epochs } = config;
  const part = finished ? "" : `, ${history.length} of ${counted(epochs, "epoch")}`;
  return curvesPicture({
    title: curvesTitle(history),
    subtitle: runText(config) + part,
    history,
    best: best?.epoch,
    epochs: finished ? history.length : epochs,
  });
}

/** The pictures of a finished run by name, in the order of the report. */
export interface TestPictures {
  readonly confusion: string;
  readonly scores: string;
  readonly reliability: string;
  readonly mistakes: string;
  readonly random: string;
  readonly samples: string;
  /** What the model has learned: weight images, or filters and feature maps. */
  readonly learned: readonly string[];
}

/** Draws what a run's best weights make of the test images. */
export function testPictures(
  config: TrainConfig,
  confusion: readonly (readonly number[])[],
  { model, set, predictions }: TestedModel,
): TestPictures {
  const { classes } = set;
  const what = runText(config);
  const subtitle = `${what}, ${set.count} test images`;
  const { confidence, correct } = predictions;
  const text = { model: `${config.model}, seed ${config.seed}` };
  return {
    confusion: confusionPicture({
      title: "Confusion matrix",
      subtitle,
      classes,
      counts: confusion,
    }),
    scores: classScoresPicture({
      title: "Precision, recall and F1 of each class",
      subtitle,
      scores: classScores(confusion, classes),
    }),
    reliability: reliabilityPicture("Reliability", subtitle, calibration(confidence, correct)),
    mistakes: mistakesPicture(set, predictions, text),
    random: randomPredictionsPicture(set, predictions, new Random(config.seed, "gallery"), text),
    samples: sampleSheet(set),
    learned: learnedPictures(model, set, what),
  };
}

function learnedPictures(model: Module, set: ImageSet, what: string): string[] {
  const [first] = model.parameters;
  if (first.tensor.rank === 4) {
    for (const { images } of batches(set, 1)) {
      const maps = featureMapsPicture(pixelsOf(set, 0), featureMaps(model, images), what);
      return [filtersPicture(first, what), maps];
    }
  }
  return first.tensor.shape[0] === set.classes.length
    ? [weightImagesPicture(first, set, what)]
    : [];
}
