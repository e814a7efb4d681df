import { assert, assertAlmostEquals, assertEquals, assertThrows } from "@std/assert";
import {
  build,
  conv2d,
  featureMaps,
  flatten,
  type Layer,
  layerTable,
  linear,
  mirrored,
  relu,
  residual,
  sequential,
  standardized,
} from "../../src/nn/mod.ts";
import { channelFigures, imageSet } from "../../src/data/mod.ts";
import { liveTensors, noGradients, Random, scope, Tensor } from "../../src/tensor/mod.ts";

const plain = sequential(conv2d(3, 2, { kernel: 3 }), relu, flatten, linear(2 * 2 * 4, 5));
const images = new Random(1, "images").uniform([4, 3, 4, 6]);
const built = (layer: Layer) => build(layer, new Random(1, "init"));

Deno.test("mirrored() evaluates with the mean of an image's and its mirror image's scores", () => {
  using model = built(plain);
  using twice = built(mirrored(plain));
  assertEquals(twice.parameters.map(({ name }) => name), model.parameters.map(({ name }) => name));
  scope(() => {
    const reversed = Tensor.from(Uint32Array.of(5, 4, 3, 2, 1, 0));
    const [own, mirror] = [images, images.indexSelect(reversed, 3)].map((x) => model.forward(x));
    const expected = own.add(mirror).mul(0.5).read();
    assertEquals([...twice.forward(images).read()], [...expected]);
    const training = { training: true };
    assertEquals(
      [...twice.forward(images, training).read()],
      [...model.forward(images, training).read()],
    );
  });
});

Deno.test("a layer around another is not passed over where that would join its neighbours", () => {
  const conv = conv2d(3, 2, { kernel: 3 });
  const figures = { mean: [0.5, 0.5, 0.5], std: [0.5, 0.25, 2] };
  const block = residual(conv2d(3, 3, { kernel: 3, padding: 1 }));
  for (const layer of [mirrored(conv), standardized(conv, figures), mirrored(block)]) {
    using joined = built(sequential(layer, relu));
    scope(() => {
      const [first] = joined.modules;
      const expected = first.forward(images).relu().read();
      assertEquals([...joined.forward(images).read()], [...expected]);
    });
  }
});

Deno.test("mirrored() keeps a model's layer table", () => {
  assertEquals(layerTable(mirrored(plain), [3, 4, 6]), layerTable(plain, [3, 4, 6]));
});

Deno.test("standardized() is torchvision's Normalize before a model, feature maps too", () => {
  const figures = { mean: [0.485, 0.456, 0.406], std: [0.229, 0.224, 0.225] };
  using model = built(plain);
  using standard = built(standardized(plain, figures));
  scope(() => {
    const pixels = images.numbers();
    const f32 = Math.fround;
    const normalized = Float32Array.from(pixels, (pixel, i) => {
      const channel = Math.floor(i / 24) % 3;
      return f32(f32(pixel - f32(figures.mean[channel])) / f32(figures.std[channel]));
    });
    const same = Tensor.from(normalized, images.shape);
    assertEquals([...standard.forward(images).read()], [...model.forward(same).read()]);
    const first = (x: Tensor) => x.slice(0, 0, 1);
    assertEquals(featureMaps(standard, first(images)), featureMaps(model, first(same)));
  });
  assertThrows(() => standardized(plain, { mean: [0], std: [0] }), RangeError, "deviation of 0");
  using gray = built(standardized(plain, { mean: [0], std: [1] }));
  assertThrows(() => scope(() => gray.forward(images)), RangeError, "images of 3 channels");
});

Deno.test("layers around a model leave no tensor behind outside of a scope", () => {
  using model = built(mirrored(standardized(plain, { mean: [0, 0, 0], std: [1, 1, 2] })));
  for (const { tensor } of model.parameters) assert(tensor.isLeaf);
  const before = liveTensors();
  using scores = noGradients(() => model.forward(images));
  assertEquals([liveTensors(), scores.shape], [before + 1, [4, 5]]);
});

Deno.test("channelFigures() are the exact mean and standard deviation of a set's pixels", () => {
  const pixels = Uint8Array.of(0, 255, 51, 102, 10, 10, 30, 30, 255, 255, 0, 0);
  const format = { channels: 2, height: 1, width: 2, classes: ["a", "b"] };
  const set = imageSet("made", pixels, Uint8Array.of(0, 1, 0), format);
  const { mean, std } = channelFigures(set);
  // Channel 0: 0, 255, 10, 10, 255, 255; channel 1: 51, 102, 30, 30, 0, 0.
  assertAlmostEquals(mean[0], 785 / 6 / 255, 1e-15);
  assertAlmostEquals(std[0], Math.sqrt(195_275 / 6 - (785 / 6) ** 2) / 255, 1e-15);
  assertAlmostEquals(mean[1], 213 / 6 / 255, 1e-15);
  assertAlmostEquals(std[1], Math.sqrt(14_805 / 6 - (213 / 6) ** 2) / 255, 1e-15);
});

Deno.test("stochastic depth drops a block's change of some images and scales the others up", () => {
  using model = built(residual({ dropRate: 0.25 }, linear(3, 3)));
  using always = built(residual(linear(3, 3)));
  const rows = new Random(2, "x").uniform([2000, 3]);
  const random = new Random(4, "dropout");
  scope(() => {
    const x = rows.read();
    const full = always.forward(rows).read();
    assertEquals([...model.forward(rows).read()], [...full]);
    const dropped = model.forward(rows, { training: true, random }).read();
    let skipped = 0;
    for (let row = 0; row < 2000; row++) {
      const isSkipped = dropped[3 * row] === x[3 * row];
      if (isSkipped) skipped++;
      for (let i = 3 * row; i < 3 * row + 3; i++) {
        // torchvision's StochasticDepth, mode "row": a survivor is divided by its survival rate.
        const change = Number(full[i]) - Number(x[i]);
        const expected = Number(x[i]) + (isSkipped ? 0 : change / 0.75);
        assertAlmostEquals(Number(dropped[i]), expected, 1e-5);
      }
    }
    assert(skipped > 430 && skipped < 570, `${skipped} of 2000`);
    const again = model.forward(rows, { training: true, random }).read();
    assertEquals([...again], [...dropped]);
  });
  assertThrows(() => residual({ dropRate: 1 }, relu), RangeError, "the drop rate 1");
  assertThrows(() => scope(() => model.forward(rows, { training: true })), TypeError, "chance");
});
