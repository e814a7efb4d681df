import { assert, assertAlmostEquals, assertEquals, assertThrows } from "@std/assert";
import { UserError } from "../../../src/errors.ts";
import { compareRuns } from "../../../src/report/comparison/comparison.ts";
import { wilsonInterval } from "../../../src/statistics/wilson.ts";
import { madeRun, test } from "./made_runs.ts";

const right = "000011112222";

Deno.test("rows are ranked by accuracy, and runs that differ in their seeds are one", () => {
  const { rows } = compareRuns([
    madeRun({ seed: 2 }, "000011110000"),
    madeRun({ model: "cnn" }, "000011112220"),
    madeRun({ seed: 1 }, "000011112200"),
  ], test);
  assertEquals(rows.map(({ name }) => name), ["cnn", "linear"]);
  const [, linear] = rows;
  assertEquals(linear.runs.map(({ results }) => results.config.seed), [1, 2]);
  assertAlmostEquals(linear.figures.test_acc.mean, 9 / 12, 1e-15);
  assertAlmostEquals(linear.figures.test_acc.deviation, Math.SQRT2 / 12, 1e-15);
  assertEquals(linear.interval, wilsonInterval(9, 12));
  assertEquals(linear.recall, [1, 1, 0.25]);
  assertEquals(rows[0].figures.test_acc.count, 1);
});

Deno.test("rows of one model are named by the settings in which they differ", () => {
  const { rows } = compareRuns([
    madeRun({ model: "nonlinear", hidden: 64 }, right),
    madeRun({ model: "nonlinear", lr: 0.5 }, "000011112220"),
    madeRun({ model: "linear" }, "000011112200"),
  ], test);
  assertEquals(rows.map(({ name }) => name), [
    "nonlinear hidden=64 lr=0.1",
    "nonlinear hidden=128 lr=0.5",
    "linear",
  ]);
});

Deno.test("rows are not named by settings that follow from another one", () => {
  const { rows } = compareRuns([
    madeRun({ model: "linear", opt: "sgd" }, right),
    madeRun({ model: "linear", opt: "adam" }, "000011112220"),
    madeRun({ model: "cnn", opt: "adam", lr: 0.01 }, "000011112200"),
  ], test);
  assertEquals(rows.map(({ name }) => name), ["linear opt=sgd", "linear opt=adam", "cnn"]);
});

Deno.test("a pair tells who is right where the other is wrong, the surest mistakes first", () => {
  const { pairs } = compareRuns([
    madeRun({ model: "cnn" }, "000011112201"),
    madeRun({}, "120011110021"),
  ], test);
  assertEquals(pairs.length, 1);
  const [{ first, second, ...pair }] = pairs;
  assertEquals([first.name, second.name], ["cnn", "linear"]);
  assertEquals(pair.onlyFirstRight, [9, 8, 1, 0]);
  assertEquals(pair.onlySecondRight, [10]);
  assertEquals([pair.bothRight, pair.bothWrong], [6, 1]);
  assertEquals(pair.agreement, 7 / 12);
  assertEquals([pair.p, pair.adjustedP], [0.375, 0.375]);
});

Deno.test("the lowest seed stands for a row in pairs, and the curves are the mean over seeds", () => {
  const seeds = [3, 1].map((seed) => madeRun({ seed }, seed === 1 ? right : "111111111111"));
  const history = seeds[0].results.epochs.map((point) => ({ ...point, val_acc: 1 }));
  const longer = {
    ...seeds[0],
    results: { ...seeds[0].results, epochs: [...history, history[1]] },
  };
  const { rows, pairs } = compareRuns([madeRun({ model: "cnn" }, right), longer, seeds[1]], test);
  assertEquals(pairs[0].agreement, 1);
  assertEquals(rows[1].history.map(({ val_acc }) => val_acc), [0.625, 0.75]);
});

Deno.test("runs on different data or splits are not ranked, and the sentence says which", () => {
  const one = madeRun({}, right);
  const real = {
    ...one.results,
    config: { ...one.results.config, data: "fashion-mnist" as const },
  };
  const others: [Parameters<typeof compareRuns>[0][number], RegExp][] = [
    [
      madeRun({ model: "cnn", trainSize: 60000 }, right),
      /^Runs on different splits cannot be ranked: runs\/linear-s42 has 50000 training images, runs\/cnn-s42 has 60000 training images: compare runs that saw the same images$/,
    ],
    [
      { ...one, results: real },
      /^Runs on different data .* has synthetic, .* has fashion-mnist: compare runs that saw the same images$/,
    ],
    [
      madeRun({ model: "cnn" }, right, { sha256: "1".repeat(64) }),
      /different data .*SHA-256 1{64}/,
    ],
  ];
  for (const [other, message] of others) {
    const error = assertThrows(() => compareRuns([one, other], test), UserError);
    assert(message.test(error.message), error.message);
  }
});

Deno.test("notes warn of synthetic data, of times from other machines, and of other predictions", () => {
  const run = madeRun({}, right);
  const other = {
    ...run,
    results: { ...run.results, test_correct: 11 },
    machine: "cuda, x, 8 threads",
  };
  const cnn = madeRun({ model: "cnn" }, right);
  const { notes } = compareRuns([cnn, other], test);
  assert(notes[0].startsWith("SYNTHETIC data"));
  assert(
    notes.some((note) => note.startsWith("The times cannot be compared, they are of cpu, te")),
  );
  assert(notes.includes("runs/linear-s42 recorded 11 right predictions, here it makes 12."));
  assertEquals(compareRuns([cnn], test).notes.length, 2);
});
