import { assert, assertEquals, assertThrows } from "@std/assert";
import { UserError } from "../../src/errors.ts";
import { exifOrientation } from "../../src/image/exif.ts";
import { decodeJpeg } from "../../src/image/jpeg.ts";
import { readJpegHeader } from "../../src/image/jpeg_header.ts";
import { upright } from "../../src/image/orientation.ts";
import { decodePng } from "../../src/image/png.ts";
import { exif } from "./exif_segment.ts";
import { pictures, readFile } from "./picture_files.ts";
import { joined } from "./png_chunks.ts";

for (const name of pictures.jpeg) {
  Deno.test(`decodeJpeg() gives the luma that libjpeg decodes from ${name}.jpg`, () => {
    const picture = decodeJpeg(readFile(`${name}.jpg`), name);
    const wanted = decodePng(readFile(`${name}.png`), name);
    assertEquals([picture.width, picture.height], [wanted.width, wanted.height]);
    const distances = wanted.pixels.map((gray, i) => Math.abs(gray - picture.pixels[i]));
    const most = Math.max(...distances);
    // Where colours are converted, each channel of libjpeg's and ours may be off by one.
    assert(most <= (/rgb|cmyk/.test(name) ? 3 : 1), `off by ${most}`);
  });
}

Deno.test("decodeJpeg() says in its own words that a Huffman table is damaged", () => {
  const bytes = readFile("jpeg-420.jpg");
  const table = bytes.findIndex((byte, i) => byte === 0xff && bytes[i + 1] === 0xc4);
  bytes[table + 4] = 0x8f; // of class 8
  assertThrows(
    () => decodeJpeg(bytes, "x.jpg"),
    UserError,
    "x.jpg is a damaged JPEG: its parts do not fit together",
  );
});

Deno.test("readJpegHeader() tells kind, scans and blocks", () => {
  const { orientation, codedBytes, ...baseline } = readJpegHeader(readFile("jpeg-420.jpg"), "x");
  assertEquals([orientation, codedBytes > 500 && codedBytes < 3000], [1, true]);
  const blocks = 4 * 3 * (4 + 1 + 1);
  const size = { width: 61, height: 43, components: 3, blocks };
  assertEquals(baseline, { ...size, progressive: false, transformed: true, scans: 1 });
  const { scans, progressive } = readJpegHeader(readFile("jpeg-progressive.jpg"), "x");
  assertEquals([scans, progressive], [10, true]);
});

// What is stored as 1 2 3 / 4 5 6, as each orientation shows it (CIPA DC-008, section 4.6.4).
const shown = {
  1: [[1, 2, 3], [4, 5, 6]],
  2: [[3, 2, 1], [6, 5, 4]],
  3: [[6, 5, 4], [3, 2, 1]],
  4: [[4, 5, 6], [1, 2, 3]],
  5: [[1, 4], [2, 5], [3, 6]],
  6: [[4, 1], [5, 2], [6, 3]],
  7: [[6, 3], [5, 2], [4, 1]],
  8: [[3, 6], [2, 5], [1, 4]],
};

for (const [orientation, rows] of Object.entries(shown)) {
  Deno.test(`upright() turns a picture of orientation ${orientation}`, () => {
    const stored = { width: 3, height: 2, pixels: Uint8Array.of(1, 2, 3, 4, 5, 6) };
    const { width, height, pixels } = upright(stored, Number(orientation));
    assertEquals([width, height], [rows[0].length, rows.length]);
    assertEquals([...pixels], rows.flat());
  });
}

Deno.test("exifOrientation() reads both byte orders", () => {
  for (const littleEndian of [true, false]) {
    for (let value = 1; value <= 8; value++) {
      assertEquals(exifOrientation(exif(littleEndian, 0x0112, 3, value)), value);
      assertEquals(exifOrientation(exif(littleEndian, 0x0112, 3, value, 30)), value);
    }
  }
});

Deno.test("exifOrientation() reads every type of whole number", () => {
  for (const littleEndian of [true, false]) {
    for (const type of [1, 3, 4, 6, 8, 9]) {
      for (let value = 1; value <= 8; value++) {
        assertEquals(exifOrientation(exif(littleEndian, 0x0112, type, value)), value);
      }
      for (const value of [0, 9, 255]) {
        assertEquals(exifOrientation(exif(littleEndian, 0x0112, type, value)), 1);
      }
    }
  }
});

Deno.test("exifOrientation() takes a picture as upright where EXIF is damaged or says nothing", () => {
  for (const value of [0, 9, 65535]) assertEquals(exifOrientation(exif(true, 0x0112, 3, value)), 1);
  assertEquals(exifOrientation(exif(true, 0x0110, 3, 6)), 1);
  for (const type of [0, 2, 5, 7, 10, 11]) {
    assertEquals(exifOrientation(exif(true, 0x0112, type, 6)), 1);
  }
  const whole = exif(false, 0x0112, 3, 6);
  for (let length = 0; length < whole.length; length++) {
    assertEquals(exifOrientation(whole.subarray(0, length)), 1);
  }
  for (let place = 0; place < 6; place++) {
    const other = whole.slice();
    other[place] ^= 1;
    assertEquals(exifOrientation(other), 1);
  }
});

Deno.test("decodeJpeg() refuses every truncation of a file", () => {
  for (const name of ["jpeg-420.jpg", "jpeg-progressive.jpg", "jpeg-restarts.jpg"]) {
    const bytes = readFile(name);
    for (let length = 3; length < bytes.length; length++) {
      const error = assertThrows(() => decodeJpeg(bytes.slice(0, length), name), UserError, name);
      assertEquals(/^[^\n]*\.$/.test(error.message), true, error.message);
    }
  }
});

/** A JPEG with a byte of its frame header, SOF0 or SOF2, replaced. */
function withFrame(name: string, place: number, ...values: number[]) {
  const bytes = readFile(name).slice();
  const frame = bytes.findIndex((byte, i) =>
    byte === 0xff && (bytes[i + 1] === 0xc0 || bytes[i + 1] === 0xc2)
  );
  bytes.set(values, frame + place);
  return bytes;
}

Deno.test("decodeJpeg() says in one sentence what is wrong", () => {
  const refusals: readonly [Uint8Array<ArrayBuffer>, string][] = [
    [withFrame("jpeg-420.jpg", 5, 0xff, 0xff, 0xff, 0xff), "is too large: 65535 x 65535 pixels"],
    [withFrame("jpeg-420.jpg", 5, 0, 0), "has no pixels"],
    [withFrame("jpeg-progressive.jpg", 5, 0x1f, 0xff, 0x1f, 0xff), "blocks; save it smaller"],
    [withFrame("jpeg-420.jpg", 4, 12), "12 bits a sample"],
    [withFrame("jpeg-420.jpg", 11, 0x50), "sampling factors"],
    [withFrame("jpeg-420.jpg", 9, 4), "frame header is not valid"],
    [withFrame("jpeg-420.jpg", 1, 0xc9), "a JPEG of a kind that is not read: arithmetic-coded"],
    [withFrame("jpeg-420.jpg", 1, 0xc3), "a JPEG of a kind that is not read: lossless"],
    [Uint8Array.of(0xff, 0xd8, 0xff, 0xd9), "it has no picture"],
    [withFrame("jpeg-420.jpg", 5, 0x1f, 0xff, 0x1f, 0xff), "is a truncated JPEG"],
    [withFrame("jpeg-420.jpg", 7, 0, 0), "has no pixels"],
  ];
  for (const [bytes, message] of refusals) {
    const error = assertThrows(() => decodeJpeg(bytes, "x.jpg"), UserError, message);
    assertEquals(/^x\.jpg [^\n]*\.$/.test(error.message), true, error.message);
  }
});

Deno.test("decodeJpeg() reads a file with bytes after its end, as telephones write them", () => {
  const bytes = readFile("jpeg-420.jpg");
  const longer = joined(bytes, Uint8Array.of(0, 1, 2, 0xff, 0xd8));
  assertEquals(decodeJpeg(longer, "x"), decodeJpeg(bytes, "x"));
});
