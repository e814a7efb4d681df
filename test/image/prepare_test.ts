import { assert, assertEquals } from "@std/assert";
import { syntheticSet } from "../../src/data/mod.ts";
import { decodePictures, type Picture, prepare } from "../../src/image/mod.ts";
import { encodePng } from "../../src/image/png.ts";
import { pictures, readFile } from "./picture_files.ts";

/** A picture of one gray with a rectangle of another in it. */
function rectangle(
  [width, height]: readonly [number, number],
  [left, top, right, bottom]: readonly [number, number, number, number],
  ground: number,
  garment: number,
): Picture {
  const pixels = Uint8Array.from({ length: width * height }, (_, i) => {
    const [x, y] = [i % width, Math.floor(i / width)];
    return x >= left && x < right && y >= top && y < bottom ? garment : ground;
  });
  return { width, height, pixels };
}

/** The smallest box that holds all pixels above `least`. */
function brightBox(image: Uint8Array, least: number) {
  const places = [...image.keys()].filter((i) => image[i] > least);
  const [columns, rows] = [places.map((i) => i % 28), places.map((i) => Math.floor(i / 28))];
  const [left, right] = [Math.min(...columns), Math.max(...columns)];
  return { left, right, top: Math.min(...rows), bottom: Math.max(...rows) };
}

Deno.test("prepare() leaves an image of Fashion-MNIST's format as it is, through a PNG too", async () => {
  const { images, count } = syntheticSet("test", 500);
  for (let i = 0; i < count; i++) {
    const image = images.slice(i * 784, (i + 1) * 784);
    const [picture] = await decodePictures(encodePng(image, 28), "x.png");
    assertEquals(prepare(picture), image);
    assertEquals(prepare(picture, { raw: true }), image);
    assertEquals(prepare(picture, { ground: "dark" }), image);
  }
});

for (const [name, file] of Object.entries(pictures.photographs)) {
  Deno.test(`prepare() finds the garment in ${file}: upright, in the middle, on 0`, async () => {
    const [photograph] = await decodePictures(readFile(file), file);
    const image = prepare(photograph);
    const [mask] = await decodePictures(readFile(`${name}.mask.png`), name);
    const covered = mask.pixels;
    const around = [-29, -28, -27, -1, 1, 27, 28, 29];
    const ground = image.filter((_, i) =>
      !covered[i] && around.every((step) => !covered[i + step])
    );
    const mean = (grays: Uint8Array) => grays.reduce((sum, gray) => sum + gray) / grays.length;
    assert(Math.max(...ground) <= 24, `the ground is as bright as ${Math.max(...ground)}`);
    assert(mean(ground) < 6, `the ground's mean is ${mean(ground)}`);
    const inside = image.filter((_, i) => covered[i] === 255);
    assert(mean(inside) > 60, `the garment's mean is ${mean(inside)}`);
    // Where the garment is, compared with where it should be.
    const least = mean(inside) / 3;
    const both = image.filter((gray, i) => gray > least && covered[i] > 85).length;
    const either = image.filter((gray, i) => gray > least || covered[i] > 85).length;
    assert(both / either > 0.85, `only ${both} of ${either} pixels agree`);
    const box = brightBox(image, least);
    assert(Math.abs(box.left - (27 - box.right)) <= 1, `columns ${box.left} to ${box.right}`);
    assert(Math.abs(box.top - (27 - box.bottom)) <= 1, `rows ${box.top} to ${box.bottom}`);
    assert(
      Math.max(box.right - box.left, box.bottom - box.top) >= 26,
      "it does not fill the image",
    );
    assertEquals(prepare({ width: 28, height: 28, pixels: image }), image);
  });
}

Deno.test("prepare() gives all eight orientations of one photograph nearly the same image", async () => {
  const images = await Promise.all([1, 2, 3, 4, 5, 6, 7, 8].map(async (orientation) => {
    const file = `ankle-boot-brown-orientation-${orientation}.jpg`;
    return prepare((await decodePictures(readFile(file), file))[0]);
  }));
  for (const image of images) {
    const distances = image.map((gray, i) => Math.abs(gray - images[0][i]));
    const mean = distances.reduce((sum, distance) => sum + distance) / 784;
    assert(mean < 6, `mean distance ${mean}`); // the noise and the edges' subpixels differ
  }
});

Deno.test("prepare() makes the ground 0 and stretches the rest: exact on a rectangle", () => {
  const dark = prepare(rectangle([100, 200], [10, 20, 50, 160], 55, 155));
  const light = prepare(rectangle([100, 200], [10, 20, 50, 160], 200, 100));
  const fill = (gray: number) => rectangle([28, 28], [10, 0, 18, 28], 0, gray).pixels;
  assertEquals(dark, fill(Math.floor(255 * 100 / 200 + 0.5)));
  assertEquals(light, fill(Math.floor(255 * 100 / 200 + 0.5)));
});

Deno.test("prepare() inverts or not as it is told, whatever it would have found", () => {
  const picture = rectangle([40, 40], [10, 10, 30, 30], 120, 200);
  assertEquals(prepare(picture)[14 * 28 + 14], Math.floor(255 * 80 / 135 + 0.5));
  // No pixel at the edge is light, so that white is the ground.
  assertEquals(prepare(picture, { ground: "light" })[14 * 28 + 14], 55);
  const image = rectangle([28, 28], [5, 5, 20, 20], 250, 30);
  assertEquals(prepare(image), image.pixels);
  assertEquals(prepare(image, { ground: "light" }), image.pixels.map((gray) => 255 - gray));
});

Deno.test("prepare() finds the ground where the garment touches two edges, and is told it at three", () => {
  const image = prepare(rectangle([60, 80], [20, 20, 60, 80], 230, 40));
  assertEquals(brightBox(image, 100), { left: 4, right: 22, top: 0, bottom: 27 });
  const told = prepare(rectangle([60, 80], [0, 20, 60, 80], 230, 40), { ground: "light" });
  assertEquals(told[27 * 28 + 14], Math.floor(255 * 190 / 230 + 0.5));
});

Deno.test("prepare() does not mind specks of dust", () => {
  const picture = rectangle([200, 200], [60, 40, 140, 160], 250, 50);
  const dusty = { ...picture, pixels: picture.pixels.slice() };
  for (const place of [3 * 200 + 5, 190 * 200 + 180, 100 * 200 + 7]) dusty.pixels[place] = 0;
  assertEquals(prepare(dusty), prepare(picture));
});

Deno.test("prepare() with raw only scales, the whole picture to 28 x 28", () => {
  const picture = rectangle([56, 84], [0, 0, 28, 42], 250, 10);
  const wanted = rectangle([28, 28], [0, 0, 14, 14], 250, 10).pixels;
  assertEquals(prepare(picture, { raw: true }), wanted);
});

Deno.test("prepare() takes the extremes: one pixel, one line, one gray", () => {
  for (const gray of [0, 127, 128, 255]) {
    for (const [width, height] of [[1, 1], [1, 5000], [5000, 1], [300, 2], [27, 28], [29, 29]]) {
      const pixels = new Uint8Array(width * height).fill(gray);
      assertEquals(prepare({ width, height, pixels }), new Uint8Array(784));
    }
  }
  const line = prepare(rectangle([1, 5000], [0, 1000, 1, 2000], 255, 0));
  assertEquals(brightBox(line, 0), { left: 13, right: 13, top: 0, bottom: 27 });
});
