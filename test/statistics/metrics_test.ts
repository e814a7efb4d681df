import { assertEquals } from "@std/assert";
import {
  figuresOf,
  figureSpreadText,
  figureText,
  headlinesOf,
  logged,
  measure,
  metrics,
  rankedOf,
} from "../../src/statistics/metrics.ts";

const counted = { loss: 0.4786, correct: 3, count: 4, confusion: [[2, 0], [1, 1]] };
const right = { correct: 3, count: 4 };

Deno.test("each metric has a name and a label of its own", () => {
  for (const key of ["name", "label"] as const) {
    assertEquals(new Set(metrics.map((metric) => metric[key])).size, metrics.length);
  }
});

Deno.test("measure() takes every figure of a part, in the order of files", () => {
  const { val_loss, val_acc } = measure("val", counted);
  assertEquals([val_loss, val_acc], [0.4786, 0.75]);
  for (const part of ["train", "val", "test"] as const) {
    const keys: string[] = figuresOf(part).map(({ key }) => key);
    assertEquals(Object.keys(measure(part, counted)), keys);
  }
});

Deno.test("a training has the figures for which its totals suffice", () => {
  const { confusion: _, ...totals } = counted;
  const keys: string[] = metrics.filter(({ training }) => training).map(({ name }) =>
    `train_${name}`
  );
  assertEquals(Object.keys(measure("train", totals)), keys);
});

Deno.test("people read accuracy first", () => {
  assertEquals(rankedOf("test")[0].key, "test_acc");
  assertEquals(rankedOf("test").length, metrics.length);
  assertEquals(headlinesOf("val")[0].key, "val_acc");
});

Deno.test("logs have figures under their names, a proportion with its counts", () => {
  const figures = figuresOf("test").filter(({ required }) => required);
  const values = { test_loss: 0.47861, test_acc: 0.75 };
  assertEquals(logged(figures, values), ["test_loss 0.4786", "test_acc 0.7500"]);
  assertEquals(logged(figures, values, right), ["test_loss 0.4786", "test_acc 0.7500 (3/4)"]);
  assertEquals(logged(figures, { test_acc: 1 }), ["test_acc 1.0000"]);
});

Deno.test("people read a figure in its unit, and a dash where there is none", () => {
  const [loss, accuracy] = figuresOf("val");
  const values = { val_loss: 0.47861, val_acc: 0.75 };
  assertEquals(figureText(loss, values), "0.4786");
  assertEquals(figureText(accuracy, values), "75.00 %");
  assertEquals(figureText(accuracy, values, right), "75.00 % (3/4)");
  assertEquals(figureText(accuracy), "–");
  assertEquals(
    figureSpreadText(accuracy, { mean: 0.75, deviation: 0.01, count: 2 }),
    "75.00 ± 1.00",
  );
  assertEquals(figureSpreadText(accuracy, undefined), "-");
});
