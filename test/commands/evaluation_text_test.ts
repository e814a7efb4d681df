import { assert, assertAlmostEquals, assertEquals } from "@std/assert";
import { classScores, macroMean } from "../../src/statistics/class_scores.ts";
import { confusionTable, scoreTable } from "../../src/commands/evaluation_text.ts";

const classes = ["Ankle boot", "Bag", "Coat"];
const confusion = [[8, 2, 0], [1, 9, 0], [0, 0, 0]];

// sklearn.metrics.precision_recall_fscore_support([0]*10 + [1]*10, [0]*8 + [1]*2 + [0] + [1]*9,
//   labels=[0, 1, 2], zero_division=0)
Deno.test("classScores() are scikit-learn's precision, recall and F1", () => {
  const scores = classScores(confusion, classes);
  assertEquals(scores.map(({ support }) => support), [10, 10, 0]);
  const expected = [[8 / 9, 0.8, 16 / 19], [9 / 11, 0.9, 6 / 7], [0, 0, 0]];
  scores.forEach(({ precision, recall, f1 }, i) => {
    [precision, recall, f1].forEach((figure, j) =>
      assertAlmostEquals(figure, expected[i][j], 1e-12)
    );
  });
  assertAlmostEquals(macroMean(scores).recall, 1.7 / 3, 1e-12);
});

Deno.test("scoreTable() has a line for each class and their mean", () => {
  const lines = scoreTable({ confusion }, classes).split("\n");
  assertEquals(lines.length, 5);
  assertEquals(lines[1], "Ankle boot     0.8889     0.8000     0.8421         10");
  assertEquals(new Set(lines.map(({ length }) => length)).size, 1);
});

Deno.test("confusionTable() aligns the counts under the classes' names", () => {
  const lines = confusionTable({ confusion }, classes).split("\n").slice(1);
  assertEquals(lines, [
    "           Ankle b     Bag    Coat",
    "Ankle boot       8       2       0",
    "Bag              1       9       0",
    "Coat             0       0       0",
  ]);
});

Deno.test("confusionTable() gives names fewer columns where they are scarce, and counts all they need", () => {
  const lines = (columns: number) =>
    confusionTable({ confusion }, classes, { columns }).split("\n");
  assertEquals(lines(28).slice(-4), [
    "           Ankle   Bag  Coat",
    "Ankle boot     8     2     0",
    "Bag            1     9     0",
    "Coat           0     0     0",
  ]);
  assert(lines(28).every((line) => line.length <= 28));
  assertEquals(lines(5).at(-1), "Coat       0 0 0");
});

Deno.test("confusionTable() tells classes of several words apart", () => {
  const heading = (...names: string[]) => {
    const [, head, first] = confusionTable({ confusion }, names).split("\n");
    return [head.trim().split(/ +/), first.slice(0, 14)];
  };
  assertEquals(
    heading("winter coat long", "winter coat short", "winter hat"),
    [["long", "short", "hat"], "winter coat lo"],
  );
  assertEquals(
    heading("winter coat red", "winter coat blue", "winter hat red"),
    [["0", "1", "2"], "0 winter coat "],
  );
});

Deno.test("confusionTable() has colours only where they are wanted", () => {
  assert(!confusionTable({ confusion }, classes).includes("\x1b"));
  const coloured = confusionTable({ confusion }, classes, { colour: true });
  assert(coloured.includes("\x1b[97;48;5;"));
  const codes = new RegExp(`${String.fromCharCode(27)}\\[[\\d;]*m`, "g");
  assertEquals(coloured.replace(codes, ""), confusionTable({ confusion }, classes));
});
