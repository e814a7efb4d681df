import { assert, assertEquals } from "@std/assert";
import { calibration } from "../../src/statistics/calibration.ts";
import { classScoresPicture } from "../../src/picture/class_scores_picture.ts";
import { confusionPicture } from "../../src/picture/confusion_matrix.ts";
import { convergencePicture, curvesPicture } from "../../src/picture/curves.ts";
import { metrics } from "../../src/statistics/metrics.ts";
import { rateCurvePicture } from "../../src/picture/rate_curve.ts";
import { reliabilityPicture } from "../../src/picture/reliability.ts";
import { count, parsed, texts } from "./svg.ts";

const epoch = (epoch: number) => ({
  epoch,
  train_loss: 1 / epoch,
  train_acc: 1 - 0.5 / epoch,
  val_loss: 1.1 / epoch,
  val_acc: 1 - 0.6 / epoch,
});
const about = { title: "Title", subtitle: "Subtitle" };

Deno.test("curvesPicture() has a point for each epoch and curve, and marks the best epoch", () => {
  const history = [1, 2, 3].map(epoch);
  const svg = curvesPicture({ ...about, history, best: 2, epochs: 10 });
  assertEquals(count(svg, "circle"), 2 * 2 * 3);
  assertEquals(texts(svg).filter((text) => text === "best: epoch 2").length, 2);
  assert(
    ["training", "validation", "Title", "Subtitle"].every((text) => texts(svg).includes(text)),
  );
  assert(texts(svg).includes("10"), "the epochs to come have their room");
});

Deno.test("curvesPicture() draws one epoch, no validation, and leaves out what is not finite", () => {
  const { val_loss: _loss, val_acc: _accuracy, ...point } = epoch(1);
  const one = curvesPicture({ ...about, history: [point], epochs: 1 });
  assertEquals(count(one, "circle"), 2);
  assert(!texts(one).includes("validation"));
  const broken = [{ ...epoch(1), train_loss: NaN }, { ...epoch(2), train_loss: Infinity }];
  const svg = curvesPicture({ ...about, history: broken, epochs: 2 }, metrics.slice(0, 1));
  assertEquals(count(svg, "circle"), 2);
  assert(!/NaN|Infinity/.test(svg));
});

Deno.test("curves of many epochs are lines without points", () => {
  const history = Array.from({ length: 100 }, (_, i) => epoch(i + 1));
  const svg = curvesPicture({ ...about, history, epochs: 100 });
  assertEquals(count(svg, "circle"), 0);
  assert(count(svg, "path") >= 4);
});

Deno.test("rateCurvePicture() shows the losses within the axis over the rates, and marks one", () => {
  const points = [2, 1.8, 1.5, 1.2, 9, 80].map((loss, i) => ({
    lr: Number(`1e${i - 5}`),
    loss,
    smoothed: loss,
  }));
  const svg = rateCurvePicture({ ...about, points, suggested: 0.01 });
  assertEquals(count(svg, "circle"), 4);
  assert(["running mean", "1e-5", "0.01"].every((text) => texts(svg).includes(text)));
  assertEquals(count(svg, "[stroke-dasharray='3 3']"), 1);
  assertEquals(
    count(rateCurvePicture({ ...about, points: points.slice(0, 1) }), "[stroke-dasharray='3 3']"),
    0,
  );
});

Deno.test("convergencePicture() names every run, and says which has training figures only", () => {
  const { val_loss: _loss, val_acc: _accuracy, ...point } = epoch(1);
  const svg = convergencePicture("Title", "Subtitle", [
    { name: "linear", history: [1, 2].map(epoch) },
    { name: "cnn", history: [point] },
  ]);
  assert(texts(svg).includes("linear") && texts(svg).includes("cnn (training)"));
  assertEquals(count(svg, "circle"), 2 * (2 + 1));
});

Deno.test("confusionPicture() has each count in its place, and its share of the row", () => {
  const counts = [[7, 3, 0], [1, 998, 1], [0, 0, 0]];
  const svg = confusionPicture({ ...about, classes: ["a", "b", "c"], counts });
  const cells = [...parsed(svg).querySelectorAll('[data-mark="cell"] rect')];
  assertEquals(cells.length, 9 + 3);
  for (const [text, times] of [["7", 1], ["70.0 %", 1], ["30.0 %", 1], ["99.8 %", 1], ["0", 4]]) {
    assertEquals(texts(svg).filter((each) => each === text).length, times, `${text}`);
  }
});

Deno.test("classScoresPicture() has a mark of each kind for each class", () => {
  const score = { precision: 0.5, recall: 1, f1: 2 / 3, support: 10 };
  const scores = ["a", "b", "c"].map((name) => ({ name, ...score }));
  const svg = classScoresPicture({ ...about, scores });
  for (const name of ["a", "b", "c", "precision", "recall", "F1"]) {
    assert(texts(svg).includes(name));
  }
  assertEquals(count(svg, '[data-mark="dot"] path, [data-mark="dot"] circle'), 9);
});

Deno.test("reliabilityPicture() has two bars for each bin that is not empty", () => {
  const measured = calibration([0.25, 0.75, 0.75, 0.75], [false, true, true, false], 4);
  const svg = reliabilityPicture("Title", "Subtitle", measured);
  assertEquals(count(svg, '[data-mark="rect"] rect'), 2 * 2);
  assert(texts(svg)[0].endsWith("expected calibration error 12.50 %"), texts(svg)[0]);
});

Deno.test("reliabilityPicture() writes its count above each bar", () => {
  const bin = { from: 0, to: 0.5, count: 9_999, confidence: 0.25, accuracy: 0.25 };
  const bins = [bin, { ...bin, from: 0.5, to: 1, count: 12_345 }];
  const svg = reliabilityPicture("Title", "Subtitle", { bins, error: 0, count: 22_344 });
  const counts = [...parsed(svg).querySelectorAll('[data-mark="text"] text')];
  assertEquals(counts.map(({ textContent }) => textContent), ["9999", "12k"]);
});

Deno.test("a chart names no group, which has no role, and the picture has one and a name", () => {
  const svg = curvesPicture({ ...about, history: [1, 2].map(epoch), epochs: 2 });
  assertEquals(count(svg, "g[aria-label]"), 0);
  const [picture] = parsed(svg).querySelectorAll("svg");
  assertEquals(
    ["role", "aria-label"].map((name) => picture.getAttribute(name)),
    ["img", "Title: Subtitle"],
  );
});

Deno.test("curves of one epoch out of hundreds are points, which can be seen", () => {
  const svg = curvesPicture({ ...about, history: [epoch(1)], epochs: 300 });
  assertEquals(count(svg, "circle"), 4);
});
