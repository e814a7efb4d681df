import { assert, assertEquals, assertRejects } from "@std/assert";
import { UserError } from "../../src/errors.ts";
import { foreignEnding } from "../../src/image/formats.ts";
import { decodePictures } from "../../src/image/mod.ts";
import { gzip, idxFile } from "../data/idx_files.ts";
import { pictures, readFile } from "./picture_files.ts";

/** The beginnings of files, as Latin-1, by what they are called. */
const begins: readonly (readonly [begin: string, name: string])[] = [
  ["\0\0\0\x18ftypheic\0\0\0\0mif1heic", "a HEIC picture"],
  ["\0\0\0\x18ftypmif1\0\0\0\0mif1heic", "a HEIC picture"],
  ["\0\0\0\x20ftypavif\0\0\0\0avifmif1miaf", "an AVIF picture"],
  ["\0\0\0\x20ftypmif1\0\0\0\0mif1avifmiaf", "an AVIF picture"],
  ["\0\0\0\x18ftypmp42\0\0\0\0mp42isom", "a film (MP4 or QuickTime)"],
  ["\0\0\0\x14ftypqt  \0\0\0\0qt  ", "a film (MP4 or QuickTime)"],
  ["\0\0\0\x18ftypcrx \0\0\0\x01crx isom", "a camera's raw picture"],
  ["\x1a\x45\xdf\xa3\x9fB\x86\x81", "a film (Matroska or WebM)"],
  ["GIF89a\x01\0\x01\0", "a GIF picture"],
  ["RIFF\x24\0\0\0WEBPVP8 ", "a WebP picture"],
  ["BM\x36\0\0\0\0\0\0\0\x36\0\0\0", "a BMP picture"],
  ["II*\0\x08\0\0\0", "a TIFF or raw picture"],
  ["MM\0*\0\0\0\x08", "a TIFF or raw picture"],
  ["\0\0\x01\0\x05\0\x10\x0d", "a Windows icon (ICO)"],
  ["\0\0\x02\0\x01\0\x20\x20", "a Windows cursor (CUR)"],
  ["\0\0\x02\0\0\0\0\0\0\0\0\0x\0d\0\x18\0", "a TGA picture"],
  ["\0\0\x0a\0\0\0\0\0\0\0\0\0x\0d\0\x20\x08", "a TGA picture"],
  ["\0\0\x0b\0\0\0\0\0\0\0\0\0x\0d\0\x08\0", "a TGA picture"],
  ["\0\x01\x01\0\0\0\x01\x18\0\0\0\0x\0d\0\x08\0", "a TGA picture"],
  ["\xff\x0a\xfa\x1f", "a JPEG XL picture"],
  ["\0\0\0\x0cjP  \x0d\x0a\x87\x0a", "a JPEG 2000 picture"],
  ["8BPS\0\x01", "a Photoshop picture"],
  ["P6\n60 40\n255\n", "a Netpbm picture"],
  ['<?xml version="1.0"?>\n<svg xmlns="x">', "an SVG drawing"],
  ["<svg/>", "an SVG drawing"],
  ["<!-- drawn by hand --><svg\n>", "an SVG drawing"],
  ["%PDF-1.7\n", "a PDF document"],
  ["\n<!DOCTYPE html><html>", "a web page"],
  ["PK\x03\x04\x14\0", "a ZIP archive"],
];

const latin = (text: string) =>
  Uint8Array.from(text.padEnd(64, "\0"), (letter) => letter.charCodeAt(0));

for (const [i, [begin, name]] of begins.entries()) {
  Deno.test(`decodePictures() names ${name} and says what to do (${i})`, async () => {
    const refused = (bytes: Uint8Array<ArrayBuffer>) =>
      assertRejects(() => decodePictures(bytes, "x"), UserError);
    const { message } = await refused(latin(begin));
    assert(message.startsWith(`x is ${name}, which is not read; `), message);
    assert(/(save|unpack) [^\n]*\.$/.test(message), message);
    const packed = await refused(gzip(latin(begin)));
    assert(packed.message.startsWith(`x is gzipped, ${name}, which is not read; unpack it and `));
  });
}

Deno.test("decodePictures() names a gzipped PNG or JPEG", async () => {
  for (const [file, kind] of [["gray-8.png", "PNG"], ["jpeg-420.jpg", "JPEG"]]) {
    const says = `x is a gzipped ${kind}; unpack it first.`;
    await assertRejects(() => decodePictures(gzip(readFile(file)), "x"), UserError, says);
  }
});

Deno.test("decodePictures() takes no picture that it reads, and no IDX, for anything else", async () => {
  for (const file of Object.keys(pictures.png)) await decodePictures(readFile(file), file);
  for (const name of pictures.jpeg) await decodePictures(readFile(`${name}.jpg`), name);
  const images = idxFile([2, 3, 4], new Uint8Array(24));
  assertEquals((await decodePictures(images, "x")).length, 2);
  assertEquals((await decodePictures(gzip(images), "x")).length, 2);
  const other: readonly [Uint8Array<ArrayBuffer>, string][] = [
    [idxFile([24], new Uint8Array(24)), "x is not an IDX file of unsigned bytes with 3 dimensions"],
    [idxFile([0, 28, 28], new Uint8Array()), "x holds no images."],
    [latin("\0\0\x0d\x03\0\0\0\x01"), "x is not an IDX file of unsigned bytes"],
    [latin("some words"), "x is no PNG, JPEG or IDX file."],
    [gzip(latin("some words")), "x is no PNG, JPEG or IDX file."],
  ];
  for (const [bytes, says] of other) {
    await assertRejects(() => decodePictures(bytes, "x"), UserError, says);
  }
});

Deno.test("decodePictures() takes no time for what almost begins as something else", async () => {
  for (const begin of ["<!---->", "<?xml>", " ", "<", "II", "\0", "ftyp"]) {
    const bytes = latin(begin.repeat(300));
    const begun = performance.now();
    await assertRejects(() => decodePictures(bytes, "x"), UserError);
    assert(performance.now() - begun < 200, JSON.stringify(begin));
  }
});

Deno.test("foreignEnding knows pictures that are not read by their names", () => {
  for (const name of ["a.gif", "a.WEBP", "a.heic", "a.HEIF", "a.avif", "a.tif", "a.bmp"]) {
    assert(foreignEnding.test(name), name);
  }
  for (const name of ["a.png", "a.jpg", "a.txt", "gif", "a.gif.txt"]) {
    assert(!foreignEnding.test(name), name);
  }
});
