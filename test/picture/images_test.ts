import { assert, assertEquals, assertStringIncludes, assertThrows } from "@std/assert";
import { decode } from "fast-png";
import { fashionMnist, imageSet } from "../../src/data/mod.ts";
import { build, conv2d, flatten, linear, sequential } from "../../src/nn/mod.ts";
import {
  cividisColour,
  commonMagnitude,
  grayPixels,
  signedPixels,
} from "../../src/picture/colour_map.ts";
import { featureMapsPicture } from "../../src/picture/feature_maps_picture.ts";
import {
  mistakesPicture,
  randomPredictionsPicture,
  sampleSheet,
} from "../../src/picture/galleries.ts";
import { gridPicture, inRows } from "../../src/picture/image_grid.ts";
import { pngAddress } from "../../src/picture/png.ts";
import { filtersPicture, weightImagesPicture } from "../../src/picture/weight_pictures.ts";
import { textWidth } from "../../src/html/mod.ts";
import { Random } from "../../src/tensor/mod.ts";
import { count, parsed, texts } from "./svg.ts";

const size = 28 * 28;
/** Twenty images, each of one brightness: image 7 is 7. */
const pixels = Uint8Array.from({ length: 20 * size }, (_, i) => Math.floor(i / size));
const labels = Uint8Array.from({ length: 20 }, (_, i) => i % 10);
const set = imageSet("synthetic/test", pixels, labels, fashionMnist);
/** Right but for images 3, 11 and 12, of which the model is surest of 12. */
const predicted = set.labels.map((label, i) => [3, 11, 12].includes(i) ? 9 : label);
const confidence = Float32Array.from({ length: 20 }, (_, i) => i === 12 ? 0.9999 : 0.5 + i / 100);
const correct = Array.from(predicted, (label, i) => label === set.labels[i]);
const predictions = { predicted, confidence, correct, probabilities: new Float32Array(200) };

/** The pixels of the images of a picture, in their order. */
function images(svg: string) {
  return [...parsed(svg).querySelectorAll("image")].map((image) => {
    const [kind, data] = (image.getAttribute("href") ?? "").split(",");
    assertEquals(kind, "data:image/png;base64");
    return decode(Uint8Array.fromBase64(data));
  });
}

Deno.test("pngAddress() holds gray and coloured pixels without loss", () => {
  for (const channels of [1, 3]) {
    const data = Uint8Array.from({ length: 6 * channels }, (_, i) => i * 13);
    const svg = `<svg><image href="${pngAddress({ data, width: 3, height: 2 })}"/></svg>`;
    const [image] = images(svg);
    assertEquals([image.width, image.height, image.channels], [3, 2, channels]);
    assertEquals([...image.data], [...data]);
  }
  const odd = { data: new Uint8Array(7), width: 3, height: 2 };
  assertThrows(() => pngAddress(odd), RangeError, "7 bytes as 3 x 2 pixels");
});

Deno.test("sampleSheet() shows the first images of each class in its row", () => {
  const svg = sampleSheet(set, 2);
  const shown = images(svg).map(({ data }) => data[0]);
  assertEquals(shown, set.classes.flatMap((_, label) => [label, label + 10]));
  assertEquals(texts(svg).slice(2), [...set.classes]);
});

Deno.test("mistakesPicture() shows the mistakes alone, the surest first", () => {
  const svg = mistakesPicture(set, predictions, { model: "cnn", count: 2 });
  assertEquals(images(svg).map(({ data }) => data[0]), [12, 11]);
  assertEquals(texts(svg)[0], "The 2 most confident of 3 mistakes");
  assertEquals(
    texts(svg).slice(2),
    ["Pullover", "12", "Ankle boot 99.9 %"].concat(
      ["Trouser", "11", "Ankle boot 61.0 %"],
    ),
  );
});

Deno.test("mistakesPicture() draws a model that makes none", () => {
  const svg = mistakesPicture(set, { ...predictions, correct: correct.map(() => true) });
  assertEquals(texts(svg)[0], "The 0 most confident of 0 mistakes");
  assert(!/NaN|Infinity/.test(svg));
});

Deno.test("randomPredictionsPicture() draws the same images again, each once, wrong ones framed", () => {
  const draw = (seed: number) =>
    randomPredictionsPicture(set, predictions, new Random(seed, "gallery"), { count: 20 });
  const svg = draw(1);
  assertEquals(draw(1), svg);
  assert(draw(2) !== svg);
  const shown = images(svg).map(({ data }) => data[0]);
  assertEquals(shown.toSorted((a, b) => a - b), Array.from({ length: 20 }, (_, i) => i));
  assertEquals(count(svg, 'rect[stroke-width="3"]'), 3);
  assertEquals(texts(svg)[0], "20 images drawn by chance: 17 are right");
});

Deno.test("every picture of synthetic images says SYNTHETIC", () => {
  const random = new Random(1, "gallery");
  for (
    const svg of [
      sampleSheet(set),
      mistakesPicture(set, predictions),
      randomPredictionsPicture(set, predictions, random),
    ]
  ) assertStringIncludes(texts(svg)[1], "SYNTHETIC");
});

Deno.test("gridPicture() keeps images and words apart and inside the picture", () => {
  const image = { data: new Uint8Array(4), width: 2, height: 2 };
  const cells = Array.from(
    { length: 5 },
    () => ({ ...image, caption: "a long caption", mark: "7" }),
  );
  const svg = gridPicture({ title: "A", subtitle: "B", rows: inRows(cells, 2), size: 20 });
  const places = [...parsed(svg).querySelectorAll("image")].map((element) =>
    ["x", "y"].map((name) => Number(element.getAttribute(name)))
  );
  assertEquals(new Set(places.map(([x]) => x)).size, 2);
  assertEquals(new Set(places.map(([, y]) => y)).size, 3);
  const [x0, x1] = places.map(([x]) => x);
  assert(x1 - x0 > "a long caption 7".length * 13 * 0.6);
  assert(x1 + (x1 - x0) <= Number(/width="(\d+)"/.exec(svg)?.[1]));
});

Deno.test("the words below an image stay within its width, however long its class is called", () => {
  const image = { data: new Uint8Array(4), width: 2, height: 2 };
  const long = "Ein sehr langer Name einer Klasse von Kleidungsstücken";
  for (const marked of [false, true]) {
    for (const name of ["Bag", "Ankle boot", long]) {
      const words = { caption: name, mark: "12345", detail: `${name} 99.9 %`, marked };
      const rows = inRows([{ ...image, ...words }], 1);
      const svg = gridPicture({ title: "A", subtitle: "B", rows, size: 112 });
      const [width] = [...parsed(svg).querySelectorAll("image")]
        .map((element) => Number(element.getAttribute("width")));
      const [caption, mark, detail] = texts(svg).slice(2);
      assert(textWidth(`${caption}  ${mark}`, 13) <= width, caption);
      assert(textWidth(detail, 13) * (marked ? 1.06 : 1) <= width, detail);
      assertEquals(detail === words.detail, name !== long, "only what is long is cut");
    }
  }
});

Deno.test("cividis grows lighter from end to end, so that it reads in grey", () => {
  const lightness = Array.from({ length: 101 }, (_, i) => {
    const [red, green, blue] = cividisColour(i / 100);
    return 0.2126 * red + 0.7152 * green + 0.0722 * blue;
  });
  lightness.slice(1).forEach((light, i) => assert(light > lightness[i], `at ${i}`));
  const middle = cividisColour(0.5);
  assert(Math.max(...middle) - Math.min(...middle) < 12, "zero is gray");
  assertEquals([cividisColour(-1), cividisColour(2)], [cividisColour(0), cividisColour(1)]);
});

Deno.test("signedPixels() and grayPixels() draw values of nothing but zeros", () => {
  assertEquals([...signedPixels([0, 0], 2, 1, 0).data.slice(0, 3)], cividisColour(0.5));
  assertEquals([...grayPixels([0, 0], 2, 1, 0).data], [0, 0]);
  assertEquals([...grayPixels([-1, 0.25, 1, 9], 4, 1, 1).data], [0, 128, 255, 255]);
  assertEquals(commonMagnitude([]), 0);
  assertEquals(commonMagnitude(Array.from({ length: 100 }, (_, i) => -i)), 98);
});

Deno.test("weightImagesPicture() has the weights of each class in its image", () => {
  using model = build(sequential(flatten, linear(784, 10)), new Random(1, "init"));
  const [weight] = model.parameters;
  const values = weight.tensor.numbers();
  const svg = weightImagesPicture(weight, set, "linear");
  const found = images(svg);
  assertEquals(found.length, 10 + 1);
  const bound = commonMagnitude(values);
  const ninth = signedPixels(values.slice(9 * size), 28, 28, bound);
  assertEquals([...found[9].data], [...ninth.data]);
  assertEquals(texts(svg).slice(2, 12), [...set.classes]);
  assertThrows(
    () => weightImagesPicture(weight, { ...set, classes: ["a"] }, ""),
    RangeError,
    "1 classes",
  );
});

Deno.test("filtersPicture() has an image for each input of each output", () => {
  using model = build(
    sequential(
      conv2d(1, 3, { kernel: 3 }),
      conv2d(3, 4, { kernel: 5 }),
      conv2d(4, 30, { kernel: 1 }),
    ),
    new Random(1, "init"),
  );
  const [first, , second, , third] = model.parameters;
  assertEquals(images(filtersPicture(first, "cnn")).length, 3 + 1);
  const shown = images(filtersPicture(second, "cnn"));
  assertEquals(shown.length, 4 * 3 + 1);
  assertEquals([shown[0].width, shown[0].height], [5, 5]);
  const svg = filtersPicture(third, "cnn");
  assertEquals(images(svg).length, 20 * 4 + 1);
  assertStringIncludes(texts(svg)[0], "the first 20 each way");
});

Deno.test("featureMapsPicture() names each layer and shows negative values in colour", () => {
  const maps = (low: number) => [Float32Array.of(low, 1), Float32Array.of(0, 1)];
  const layer = { name: "0", kind: "conv2d", height: 1, width: 2 };
  const image = { data: new Uint8Array(4), width: 2, height: 2 };
  const plain = featureMapsPicture(image, [{ ...layer, maps: maps(0) }], "cnn");
  assertEquals(texts(plain).slice(2), ["image", "conv2d 0, 1 × 2"]);
  assertEquals(images(plain).map(({ channels }) => channels), [1, 1, 1]);
  const signed = featureMapsPicture(image, [{ ...layer, maps: maps(-1) }], "cnn");
  assertEquals(images(signed).map(({ channels }) => channels), [1, 3, 3]);
  assertStringIncludes(texts(signed)[1], "blue negative");
});
