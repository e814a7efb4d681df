import { assert, assertEquals } from "@std/assert";
import { decode } from "fast-png";
import { confusionImage } from "../../src/tensorboard/confusion_image.ts";
import { confusionTable } from "../../src/tensorboard/confusion_table.ts";

Deno.test("confusionImage() is darker where more predictions are, and white where none is", () => {
  const { png, width, height } = confusionImage([[90, 10], [0, 100]]);
  const { data, channels } = decode(png);
  assertEquals(data.length, width * height * channels);
  const [first, second] = [0, 1].map((row) =>
    [0, 1].map((column) => {
      const [x, y] = [(column + 0.5) * width / 2, (row + 0.5) * height / 2];
      const place = (y * width + x) * channels;
      return data[place] + data[place + 1] + data[place + 2];
    })
  );
  assertEquals([second[1], second[0]], [11 + 79 + 138, 3 * 255]);
  assert(second[1] < first[0] && first[0] < first[1] && first[1] < second[0], `${first}`);
});

Deno.test("confusionImage() draws classes without examples, and a single class", () => {
  for (const counts of [[[0, 0], [3, 0]], [[10_000]]]) {
    const { width, height, png } = confusionImage(counts);
    const image = decode(png);
    assertEquals([image.width, image.height], [width, height]);
  }
});

Deno.test("confusionTable() has each class's counts under the names of the predictions", () => {
  assertEquals(
    confusionTable([[90, 10], [0, 100]], ["a|b", "Coat"]),
    "| class, predicted as | a\\|b | Coat |\n| :-- | --: | --: |\n" +
      "| a\\|b | 90 | 10 |\n| Coat | 0 | 100 |",
  );
});
