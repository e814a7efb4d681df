import { assertEquals } from "@std/assert";
import { areaAverage } from "../../src/image/area_average.ts";
import { Random } from "../../src/tensor/mod.ts";

type Arguments = Parameters<typeof areaAverage>;

/** The definition word for word: an integral over each new pixel's rectangle, in BigInt. */
function defined(...[picture, box, width, height]: Arguments): number[] {
  const [columns, rows] = [box.right - box.left, box.bottom - box.top];
  const overlap = (i: number, n: number, j: number, length: number) =>
    Math.max(0, Math.min((j + 1) * length, (i + 1) * n) - Math.max(j * length, i * n));
  return Array.from({ length: width * height }, (_, place) => {
    const [x, y] = [place % width, Math.floor(place / width)];
    let sum = 0n;
    for (let row = 0; row < rows; row++) {
      for (let column = 0; column < columns; column++) {
        const gray = picture.pixels[(box.top + row) * picture.width + box.left + column];
        const weight = overlap(row, height, y, rows) * overlap(column, width, x, columns);
        sum += BigInt(gray * weight);
      }
    }
    const area = BigInt(rows * columns);
    return Number((2n * sum + area) / (2n * area));
  });
}

Deno.test("areaAverage() is its definition to the last bit, smaller and larger", () => {
  const random = new Random(7, "area");
  for (let index = 0; index < 150; index++) {
    const [a, b, c, d, e, f, ...grays] = random.at({ index }).bits(6 + 40 * 40);
    const [width, height] = [1 + a % 40, 1 + b % 40];
    const [left, top] = [c % width, d % height];
    const box = { left, top, right: left + 1 + e % (width - left), bottom: height };
    const pixels = Uint8Array.from(grays.slice(0, width * height), (gray) => gray & 255);
    const size: [number, number] = [1 + f % 45, 1 + (f >>> 8) % 45];
    const scaled = areaAverage({ width, height, pixels }, box, ...size);
    const wanted = defined({ width, height, pixels }, box, ...size);
    assertEquals([...scaled.pixels], wanted, `${width} x ${height} to ${size}`);
  }
});

Deno.test("areaAverage() leaves a picture of the wanted size as it is", () => {
  const picture = {
    width: 5,
    height: 3,
    pixels: Uint8Array.from({ length: 15 }, (_, i) => 17 * i),
  };
  assertEquals(areaAverage(picture, { left: 0, top: 0, right: 5, bottom: 3 }, 5, 3), picture);
});
