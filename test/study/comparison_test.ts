import { assertAlmostEquals, assertEquals } from "@std/assert";
import { comparison } from "../../src/study/comparison.ts";
import { erfc, truncatedNormal } from "../../src/study/normal.ts";
import { objectiveOf, type Trial } from "../../src/study/trial.ts";

/** A trial with these best validation accuracies of the seeds 1, 2 and so on. */
const trial = (n: number, ...accuracies: number[]): Trial => ({
  n,
  point: { model: "cnn", values: {} },
  runs: accuracies.map((val_acc, i) => ({
    trial: n,
    seed: i + 1,
    configText: "",
    state: "complete",
    folder: "",
    until: 1,
    digests: [],
    history: [{ epoch: 1, step: 1, lr: 0.1, train_loss: 1, train_acc: 0.5, val_loss: 1, val_acc }],
  })),
});

Deno.test("two trials are compared seed by seed, with each sign of each difference", () => {
  const accuracy = objectiveOf("accuracy");
  const better = comparison(trial(0, 0.9, 0.8, 0.7, 0.6), trial(1, 0.8, 0.7, 0.6, 0.5), accuracy)!;
  assertAlmostEquals(better.mean, 0.1);
  assertEquals([better.p, better.seeds], [2 / 16, 4]);
  // Differences 0.25, 0.25, -0.25: all 8 ways to sign them are at least as far from 0.
  assertEquals(comparison(trial(0, 0.75, 0.75, 0.5), trial(1, 0.5, 0.5, 0.75), accuracy)?.p, 1);
  assertEquals(comparison(trial(0, 0.9), trial(1, 0.8), accuracy), undefined);
});

Deno.test("erfc has the published values, far out too", () => {
  const published = [
    [-1, 1.8427007929497148],
    [0.5, 0.4795001221869535],
    [
      1,
      0.15729920705028513,
    ],
    [2, 0.004677734981047266],
    [3.5, 7.430983723414128e-7],
    [10, 2.088487583762545e-45],
  ];
  for (const [x, value] of published) assertAlmostEquals(erfc(x) / value, 1, 4e-15, `${x}`);
  assertEquals([erfc(40), erfc(-40), erfc(NaN)], [0, 2, NaN]);
});

Deno.test("truncated normal numbers have their shares below them", () => {
  assertAlmostEquals(truncatedNormal(0.5, -3, 3), 0, 1e-11);
  // Above 0 alone a half of all lies below 0.6745, the quartile of the whole.
  assertAlmostEquals(truncatedNormal(0.5, 0, 40), 0.6744897501960817, 1e-10);
});
