import { assertEquals, assertThrows } from "@std/assert";
import { readCsv } from "../../src/data/csv.ts";
import { UserError } from "../../src/errors.ts";

const read = (text: string, known?: readonly string[]) =>
  readCsv(new TextEncoder().encode(text), "images.csv", known);

const refuses = (text: string, message: string, known?: readonly string[]) =>
  assertThrows(() => read(text, known), UserError, `images.csv${message}`);

const header = "label,pixel1,pixel2,pixel3,pixel4";

Deno.test("readCsv() reads lines with and without a header, of any ends, quoted too", () => {
  const lines = ["7,0,1,2,255", "3,9,8,7,6"];
  const texts = [
    lines.join("\n"),
    `${lines.join("\r\n")}\r\n\r\n`,
    `\ufeff${header}\n${lines.join("\n")}\n`,
    `"label","a","b","c","d"\n"7", 0 ,"1",2.0,255\n${lines[1]}`,
  ];
  for (const text of texts) {
    const { count, channels, height, width, classes, labels, images } = read(text);
    assertEquals([count, channels, height, width, classes], [2, 1, 2, 2, ["3", "7"]], text);
    assertEquals([[...labels], [...images]], [[1, 0], [0, 1, 2, 255, 9, 8, 7, 6]]);
  }
});

Deno.test("readCsv() sorts labels that are numbers by their size, and words by the alphabet", () => {
  const numbers = Array.from({ length: 12 }, (_, i) => `${11 - i},0`).join("\n");
  assertEquals(read(numbers).classes, Array.from({ length: 12 }, (_, i) => `${i}`));
  assertEquals(read("coat,1\nbag,2\n10,3").classes, ["10", "bag", "coat"]);
});

Deno.test("readCsv() gives a test part the classes of the training part", () => {
  assertEquals([...read("9,1", ["3", "9"]).labels], [1]);
  refuses("9,1\n\n4,1", ', line 3: the label "4" is none of the training images', ["3", "9"]);
});

Deno.test("readCsv() names the line that is wrong", () => {
  const good = "1,0,0,0,0";
  refuses(`${good}\n1,0,0,,0`, ', line 2: pixel 3 is "", not a whole number from 0 to 255');
  refuses(`${header}\n${good}\n\n1,0,0,256,0`, ', line 4: pixel 3 is "256"');
  for (const pixel of ["x", "-1", "0.5", "NaN", "1e9"]) {
    refuses(`${good}\n1,${pixel},0,0,0`, `, line 2: pixel 1 is "${pixel}"`);
  }
  refuses(`${good}\n1,0,0,0`, ", line 2: a label and 3 pixels instead of 4");
  refuses(`${good}\n${header}`, ', line 2: pixel 1 is "pixel1"');
  refuses(`${good}\n,0,0,0,0`, ", line 2: the label is missing");
  refuses("1;0;0;0;0", ', line 1: cells are separated by ";"; save them with commas.');
  refuses("label\tpixel0\n1\t0", ', line 1: cells are separated by "\\t"');
  refuses("1,0,0", ", line 1: a label and 2 pixels, which are no square");
  refuses("label", ", line 1: a label and 0 pixels");
  refuses(header, " holds no images");
  refuses("", " holds no images");
});

Deno.test("readCsv() refuses more labels than a byte has", () => {
  const lines = (count: number) => Array.from({ length: count }, (_, i) => `${i},0`).join("\n");
  assertEquals(read(lines(256)).classes.length, 256);
  refuses(lines(257), " has 257 labels; 256 are the most");
});

Deno.test("readCsv() takes the labels from where the header says, at the end too", () => {
  const last = read("p1,p2,p3,p4,Label\n0,1,2,255,7\n9,8,7,6,3\n");
  const first = read("label,p1,p2,p3,p4\n7,0,1,2,255\n3,9,8,7,6\n");
  assertEquals([last.images, last.labels, last.classes], [first.images, first.labels, ["3", "7"]]);
});
