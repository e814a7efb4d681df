import { assert, assertEquals } from "@std/assert";
import { decode } from "fast-png";
import { fashionMnist } from "../../src/data/mod.ts";
import { confusionImage } from "../../src/tensorboard/confusion_image.ts";
import { textDots, textHeight, textWidth } from "../../src/tensorboard/pixel_text.ts";

/** Text as lines of dots. */
function drawn(text: string): string[] {
  const lines = Array.from({ length: textHeight }, () => new Array(textWidth(text)).fill("."));
  for (const [column, row] of textDots(text)) lines[row][column] = "#";
  return lines.map((line) => line.join(""));
}

Deno.test("textDots() draws signs that can be read", () => {
  assertEquals(drawn("Bag 47"), [
    "##...#...##.....#.#.###",
    "#.#.#.#.#.......#.#...#",
    "##..###.#.#.....###...#",
    "#.#.#.#.#.#.......#...#",
    "##..#.#..##.......#...#",
  ]);
});

Deno.test("every sign of the classes' names and of numbers is drawn, each in its own way", () => {
  const signs = [...new Set([...fashionMnist.classes, "0123456789"].join("").toUpperCase())];
  const known = signs.filter((sign) => sign !== " ").map((sign) => drawn(sign).join());
  assert(known.every((dots) => dots.includes("#")));
  assertEquals(new Set(known).size, known.length);
});

Deno.test("confusionImage() is darker where more predictions are", async () => {
  const counts = [[90, 10], [0, 100]];
  const { png, width, height } = await confusionImage(counts, ["a", "bb"]);
  const { data, channels } = decode(png);
  assertEquals(data.length, width * height * channels);
  // The lower left corner of each cell's inside, where no digit is.
  const brightness = [0, 1].map((row) =>
    [0, 1].map((column) => {
      const x = width - 1 - (2 - column) * 40 + 2;
      const y = height - 1 - (1 - row) * 24 - 3;
      return data[(y * width + x) * channels];
    })
  );
  assertEquals(brightness[1], [255, 11]);
  assert(brightness[0][0] < brightness[0][1] && brightness[0][1] < 255, String(brightness));
});

Deno.test("confusionImage() draws classes without examples, and a single class", async () => {
  for (const counts of [[[0, 0], [3, 0]], [[10_000]]]) {
    const names = counts.map((_, i) => `class ${i}`);
    const { width, height, png } = await confusionImage(counts, names);
    const image = decode(png);
    assertEquals([image.width, image.height], [width, height]);
  }
});
