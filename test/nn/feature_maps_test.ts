import { assert, assertEquals, assertThrows } from "@std/assert";
import {
  build,
  conv2d,
  featureMaps,
  flatten,
  linear,
  maxPool2d,
  relu,
  sequential,
} from "../../src/nn/mod.ts";
import { liveTensors, Random, Tensor } from "../../src/tensor/mod.ts";

Deno.test("featureMaps() gives what each layer makes of an image, and leaves no tensor behind", () => {
  // The model itself runs the second convolution and the pooling in one pass.
  const layers = sequential(
    conv2d(1, 8, { kernel: 3 }),
    relu,
    conv2d(8, 8, { kernel: 3 }),
    relu,
    maxPool2d(2),
    flatten,
    linear(1152, 10),
  );
  using model = build(layers, new Random(1, "init"));
  using image = new Random(2, "image").uniform([1, 1, 28, 28]);
  const before = liveTensors();
  const found = featureMaps(model, image);
  assertEquals(liveTensors(), before);
  assertEquals(found.map(({ kind, name, height, width }) => [kind, name, height, width]), [
    ["conv2d", "0", 26, 26],
    ["conv2d", "2", 24, 24],
    ["maxPool2d", "4", 12, 12],
  ]);
  const [, convolved, pooled] = found.map(({ maps }) => maps);
  assertEquals([convolved.length, convolved[0].length], [8, 24 * 24]);
  assert(convolved.every((map) => map.every((value) => value >= 0)), "the ReLU is part of it");
  const corner = [0, 1, 24, 25].map((i) => convolved[1][i]);
  assertEquals(pooled[1][0], Math.max(...corner));
});

Deno.test("featureMaps() refuses several images and a model that is no sequential", () => {
  using model = build(sequential(conv2d(1, 2, { kernel: 3 })), new Random(1, "init"));
  using two = Tensor.zeros([2, 1, 28, 28]);
  using one = Tensor.zeros([1, 1, 28, 28]);
  assertThrows(() => featureMaps(model, two), RangeError, "give one image");
  using single = build(relu, new Random(1, "init"));
  assertThrows(() => featureMaps(single, one), TypeError, "Only a sequential");
});
