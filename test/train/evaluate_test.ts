import { assert, assertAlmostEquals, assertEquals, assertThrows } from "@std/assert";
import { batches, syntheticSet } from "../../src/data/mod.ts";
import { build, flatten, linear, sequential } from "../../src/nn/mod.ts";
import { noGradients, Random, scope } from "../../src/tensor/mod.ts";
import { evaluate, evaluatePaced, evaluationBatch } from "../../src/train/evaluate.ts";
import { Pace } from "../../src/train/pace.ts";
import { predictions } from "../../src/train/predictions.ts";

const set = syntheticSet("test", 2 * evaluationBatch + 37); // the last batch is partial
const model = () => build(sequential(flatten, linear(784, 10)), new Random(3, "init"));

Deno.test("evaluate() counts every example exactly once", () => {
  using net = model();
  const { correct, count, accuracy, confusion, predictions, loss } = evaluate(net, set);
  assertEquals([count, predictions.length], [set.count, set.count]);
  const right = predictions.filter((prediction, i) => prediction === set.labels[i]).length;
  assertEquals([correct, accuracy], [right, right / set.count]);
  confusion.forEach((row, label) => {
    const examples = set.labels.filter((each) => each === label).length;
    assertEquals(row.reduce((sum, cell) => sum + cell, 0), examples);
  });
  assert(loss > 0);
});

Deno.test("evaluate() gives the mean loss of single examples", () => {
  using net = model();
  let sum = 0;
  for (const { images, labels } of batches(set, 1)) {
    scope(() =>
      noGradients(() => {
        const probabilities = net.forward(images).logSoftmax(1).numbers();
        sum -= probabilities[labels.numbers()[0]];
      })
    );
  }
  assertAlmostEquals(evaluate(net, set).loss, sum / set.count, 1e-5);
});

Deno.test("evaluate() and predictions() refuse a model of other outputs than the classes", () => {
  using net = build(sequential(flatten, linear(784, 12)), new Random(3, "init"));
  const message = "The model's outputs are [250, 12], but the images are of 10 classes";
  for (const call of [evaluate, predictions]) {
    assertThrows(() => call(net, set), RangeError, message);
  }
  const none = syntheticSet("test", 0);
  assertThrows(() => evaluate(net, none), RangeError, "synthetic/test: it has no images");
});

Deno.test("evaluatePaced() gives what evaluate() does, or nothing after a signal", async () => {
  using net = model();
  assertEquals(await evaluatePaced(net, set, { pace: new Pace() }), evaluate(net, set));
  const pace = new Pace({ signals: { received: "SIGINT" } });
  assertEquals(await evaluatePaced(net, set, { pace }), undefined);
});
