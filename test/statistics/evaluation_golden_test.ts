import { assertAlmostEquals, assertEquals } from "@std/assert";
import { fashionMnist, imageSet } from "../../src/data/mod.ts";
import { build, flatten, type Layer, sequential } from "../../src/nn/mod.ts";
import { calibration } from "../../src/statistics/calibration.ts";
import { Random } from "../../src/tensor/mod.ts";
import { classScores, macroMean } from "../../src/statistics/class_scores.ts";
import { evaluate } from "../../src/train/evaluate.ts";
import { predictions } from "../../src/train/predictions.ts";
import { readGolden } from "../golden/golden.ts";

interface EvaluationCase {
  readonly name: string;
  readonly labels: number[];
  readonly predicted: number[];
  readonly confidence: number[];
  readonly accuracy: number;
  readonly confusion: number[][];
  readonly precision: number[];
  readonly recall: number[];
  readonly f1: number[];
  readonly support: number[];
  readonly macro: [precision: number, recall: number, f1: number];
  readonly calibration_error: number;
}

const { cases } = readGolden<EvaluationCase>("evaluation");
const size = 28 * 28;

/** A model whose scores are an image's first ten pixels, and images that it predicts so. */
const firstTen: Layer = { kind: "first ten", forward: (x) => x.slice(1, 0, 10) };
const firstPixels = sequential(flatten, firstTen);
function imagesOf({ labels, predicted }: EvaluationCase) {
  const pixels = new Uint8Array(labels.length * size);
  predicted.forEach((label, i) => pixels[i * size + label] = 255);
  return imageSet("golden", pixels, Uint8Array.from(labels), fashionMnist);
}

for (const golden of cases) {
  Deno.test(`accuracy and confusion counts equal scikit-learn's: ${golden.name}`, () => {
    using model = build(firstPixels, new Random(0, "init"));
    const set = imagesOf(golden);
    const { accuracy, confusion } = evaluate(model, set);
    assertEquals(accuracy, golden.accuracy);
    assertEquals(confusion, golden.confusion);
    assertEquals([...predictions(model, set).predicted], golden.predicted);
  });

  Deno.test(`precision, recall and F1 equal scikit-learn's: ${golden.name}`, () => {
    const scores = classScores(golden.confusion, golden.support.map((_, label) => `${label}`));
    scores.forEach(({ precision, recall, f1, support }, label) => {
      assertEquals(support, golden.support[label]);
      assertAlmostEquals(precision, golden.precision[label], 1e-12);
      assertAlmostEquals(recall, golden.recall[label], 1e-12);
      assertAlmostEquals(f1, golden.f1[label], 1e-12);
    });
    const { precision, recall, f1 } = macroMean(scores);
    [precision, recall, f1].forEach((value, i) =>
      assertAlmostEquals(value, golden.macro[i], 1e-12)
    );
  });

  Deno.test(`the expected calibration error equals torchmetrics': ${golden.name}`, () => {
    const correct = golden.labels.map((label, i) => label === golden.predicted[i]);
    const { error, bins } = calibration(golden.confidence, correct);
    assertEquals(bins.length, 15);
    assertAlmostEquals(error, golden.calibration_error, 1e-6); // torchmetrics adds up in f32
  });
}
