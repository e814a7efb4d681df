import { assert, assertEquals } from "@std/assert";
import { fashionMnist, syntheticSet } from "../../src/data/mod.ts";
import { decodePictures } from "../../src/image/mod.ts";
import { cnn, linear } from "../../src/models/mod.ts";
import { build } from "../../src/nn/mod.ts";
import { saliency, saliencyPng, saliencySvg } from "../../src/predict/mod.ts";
import { liveTensors, noGradients, Random, scope, Tensor } from "../../src/tensor/mod.ts";

const image = syntheticSet("test", 10).images.slice(9 * 784, 10 * 784);

Deno.test("saliency() of the linear model is the row of weights of the class", () => {
  using model = build(linear(), new Random(3, "init"));
  const weights = model.parameters[0].tensor.numbers();
  for (const label of [0, 4, 9]) {
    const slopes = saliency(model, image, label, fashionMnist);
    assertEquals([...slopes], [...weights.slice(label * 784, (label + 1) * 784)]);
  }
});

Deno.test("saliency() of a convolutional model is what a small change of a pixel does", () => {
  using model = build(cnn({ hidden: 4 }), new Random(5, "init"), { dtype: "f32" });
  const label = 7;
  const score = (pixels: Float32Array<ArrayBuffer>) =>
    scope(() =>
      noGradients(() => model.forward(Tensor.from(pixels, [1, 1, 28, 28])).numbers())
    )[label];
  const slopes = saliency(model, image, label, fashionMnist);
  const pixels = Float32Array.from(image, (gray) => gray / 255);
  const step = 2 ** -9;
  let agreeing = 0;
  const places = [...pixels.keys()].filter((i) => i % 13 === 0);
  for (const i of places) {
    const moved = (by: number) => pixels.map((gray, j) => i === j ? gray + by : gray);
    const slope = (score(moved(step)) - score(moved(-step))) / (2 * step);
    if (Math.abs(slope - slopes[i]) < 1e-3) agreeing++;
  }
  // Beside a kink of a ReLU or a maximum the two differ.
  assert(agreeing > 0.9 * places.length, `${agreeing} of ${places.length} agree`);
  assert(slopes.some((slope) => Math.abs(slope) > 2e-3), "all slopes are near 0");
});

Deno.test("saliency() leaves no tensor behind", () => {
  using model = build(cnn({ hidden: 2 }), new Random(5, "init"));
  const before = liveTensors();
  saliency(model, image, 1, fashionMnist);
  assertEquals(liveTensors(), before);
});

Deno.test("saliencyPng() shows the image on its left, ten pixels for one", async () => {
  const slopes = Float32Array.from({ length: 784 }, (_, i) => i === 0 ? -2 : 0);
  const [{ width, height, pixels }] = await decodePictures(
    saliencyPng({ image, saliency: slopes, format: fashionMnist }),
    "x",
  );
  assertEquals([width, height], [580, 280]);
  for (let i = 0; i < 784; i++) {
    const at = (Math.floor(i / 28) * 10 + 5) * width + (i % 28) * 10 + 5;
    assertEquals(pixels[at], image[i]);
  }
  assert(pixels[5 * width + 305] > 200, "the one slope, negative as it is, is not bright");
  assertEquals(pixels[5 * width + 325], 0);
});

Deno.test("saliencySvg() names the class and escapes it", () => {
  const svg = saliencySvg(
    { image, saliency: new Float32Array(784), format: fashionMnist },
    "A<B",
    0.5,
  );
  assert(svg.startsWith("<svg ") && svg.endsWith("</svg>\n"));
  assert(svg.includes("A&lt;B, probability 0.5000"));
});
