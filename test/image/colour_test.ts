import { assert, assertEquals } from "@std/assert";
import { decodePictures, encodePng, interleaved, planar, scaled } from "../../src/image/mod.ts";
import { readFile } from "./picture_files.ts";

const mean = (values: Uint8Array) => values.reduce((sum, value) => sum + value, 0) / values.length;

Deno.test("a PNG's colours come back in planes, and gray ones stand for all three", async () => {
  const pixels = Uint8Array.from({ length: 5 * 4 * 3 }, (_, i) => i * 37 & 255);
  const [picture] = await decodePictures(encodePng(pixels, 4, 3), "colours", 3);
  assertEquals([picture.width, picture.height], [4, 5]);
  assertEquals(picture.pixels, planar(pixels, 3));
  assertEquals(interleaved(picture.pixels, 3), pixels);
  const gray = pixels.slice(0, 20);
  const [same] = await decodePictures(encodePng(gray, 4), "gray", 3);
  assertEquals([...same.pixels], [...gray, ...gray, ...gray]);
});

for (
  const name of ["jpeg-444.jpg", "jpeg-420.jpg", "jpeg-cmyk.jpg", "jpeg-rgb.jpg", "rgb-16.png"]
) {
  Deno.test(`the colours of ${name} have the luma of its gray values`, async () => {
    const file = await readFile(name);
    const [gray] = await decodePictures(file, name);
    const [{ pixels, width, height }] = await decodePictures(file, name, 3);
    assertEquals([width, height, pixels.length], [gray.width, gray.height, 3 * gray.pixels.length]);
    const size = width * height;
    let far = 0;
    let clipped = 0;
    for (let i = 0; i < size; i++) {
      const [red, green, blue] = [0, 1, 2].map((c) => pixels[c * size + i]);
      if ([red, green, blue].some((value) => value === 0 || value === 255)) clipped++;
      else far = Math.max(far, Math.abs(.299 * red + .587 * green + .114 * blue - gray.pixels[i]));
    }
    assert(far <= 2 && clipped < size / 2, `${far} away, ${clipped} of ${size} clipped`);
  });
}

Deno.test("a red dress is red, turned upright and scaled too", async () => {
  const name = "dress-red-on-gray.jpg";
  const [picture] = await decodePictures(await readFile(name), name, 3);
  const image = scaled(picture, 8, 8);
  assertEquals(image.length, 3 * 64);
  const [red, green, blue] = [0, 1, 2].map((c) => mean(image.subarray(64 * c, 64 * c + 64)));
  assert(red > green + 5 && red > blue + 5, `${[red, green, blue]}`);
  const planes = await Promise.all([1, 6].map(async (orientation) => {
    const turned = `ankle-boot-brown-orientation-${orientation}.jpg`;
    return (await decodePictures(await readFile(turned), turned, 3))[0];
  }));
  const [first, sixth] = planes.map(({ width, height, pixels }) =>
    [0, 1, 2].map((c) => mean(pixels.subarray(c * width * height, (c + 1) * width * height)))
  );
  first.forEach((value, c) => assert(Math.abs(value - sixth[c]) < 3, `${first} and ${sixth}`));
});

Deno.test("a colour picture's transparency shows one ground in all planes", async () => {
  const pixels = Uint8Array.of(200, 10, 10, 10, 10, 200, 90, 90, 90, 0, 0, 0);
  const [picture] = await decodePictures(encodePng(pixels, 2, 3), "clear", 3);
  const clear = { ...picture, alpha: Uint8Array.of(255, 0, 0, 0) };
  const flat = scaled(clear, 2, 2);
  const ground = flat[1];
  assert(ground === 0 || ground === 255);
  for (let c = 0; c < 3; c++) {
    assertEquals([...flat.subarray(4 * c + 1, 4 * c + 4)], [ground, ground, ground]);
    assertEquals(flat[4 * c], [200, 10, 10][c]);
  }
});
