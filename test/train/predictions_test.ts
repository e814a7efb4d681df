import { assert, assertAlmostEquals, assertEquals } from "@std/assert";
import { batches, syntheticSet } from "../../src/data/mod.ts";
import { build, flatten, linear, sequential } from "../../src/nn/mod.ts";
import { liveTensors, noGradients, Random, scope } from "../../src/tensor/mod.ts";
import { evaluate, evaluationBatch } from "../../src/train/evaluate.ts";
import { predictions } from "../../src/train/predictions.ts";

const set = syntheticSet("test", evaluationBatch + 37); // the last batch is partial
const model = () => build(sequential(flatten, linear(784, 10)), new Random(3, "init"));

Deno.test("predictions() names the classes that evaluate() counts", () => {
  using net = model();
  const evaluation = evaluate(net, set);
  const { predicted, correct } = predictions(net, set);
  assertEquals(predicted, evaluation.predictions);
  assertEquals(correct.filter((right) => right).length, evaluation.correct);
  assertEquals(correct, [...predicted].map((label, i) => label === set.labels[i]));
});

Deno.test("predictions() gives each image the probabilities it has by itself", () => {
  using net = model();
  const { probabilities, predicted, confidence } = predictions(net, set);
  assertEquals(probabilities.length, set.count * 10);
  let image = 0;
  for (const { images } of batches(set, 1)) {
    const logarithms = scope(() => noGradients(() => net.forward(images).logSoftmax(1).numbers()));
    const row = [...probabilities.subarray(image * 10, image * 10 + 10)];
    row.forEach((share, label) => assertAlmostEquals(share, Math.exp(logarithms[label]), 1e-6));
    assertAlmostEquals(row.reduce((sum, share) => sum + share, 0), 1, 1e-6);
    assertEquals(confidence[image], Math.max(...row));
    assertEquals(confidence[image], row[predicted[image]]);
    image++;
  }
  assertEquals(image, set.count);
});

Deno.test("predictions() leaves no tensor behind", () => {
  using net = model();
  predictions(net, set); // keeps the set's own tensors for the next pass
  const before = liveTensors();
  predictions(net, set);
  assert(before > 0);
  assertEquals(liveTensors(), before);
});
