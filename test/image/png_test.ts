import { assert, assertEquals, assertThrows } from "@std/assert";
import { createHash } from "node:crypto";
import { deflateSync } from "node:zlib";
import { UserError } from "../../src/errors.ts";
import { decodePng, encodePng } from "../../src/image/png.ts";
import { pictures, readFile } from "./picture_files.ts";
import { exif } from "./exif_segment.ts";
import { header, joined, png, pngOf } from "./png_chunks.ts";

for (const [file, { width, height, sha256 }] of Object.entries(pictures.png)) {
  Deno.test(`decodePng() gives the grays that pypng wrote into ${file}`, () => {
    const picture = decodePng(readFile(file), file);
    assertEquals([picture.width, picture.height], [width, height]);
    // The grays before white, as make_pictures.py has them.
    const { alpha } = picture;
    const seen = picture.pixels.map((gray, i) =>
      alpha === undefined ? gray : (gray * alpha[i] + 255 * (255 - alpha[i]) + 127) / 255
    );
    assertEquals(createHash("sha256").update(seen).digest("hex"), sha256);
    assertEquals(alpha !== undefined, /alpha|rgba|key/.test(file));
  });
}

Deno.test("encodePng() writes what decodePng() reads, gray and colours", () => {
  const gray = Uint8Array.from({ length: 28 * 28 }, (_, i) => i * 37 & 255);
  assertEquals(decodePng(encodePng(gray, 28), "gray").pixels, gray);
  const colours = Uint8Array.from({ length: 3 * 784 }, (_, i) => gray[Math.floor(i / 3)]);
  assertEquals(decodePng(encodePng(colours, 28, 3), "colours").pixels, gray);
});

Deno.test("encodePng() has room for what cannot be compressed", () => {
  let state = 1;
  for (const [width, height] of [[1, 1], [1, 5000], [5000, 1], [300, 300]]) {
    const noise = Uint8Array.from({ length: width * height }, () => {
      state = Math.imul(state, 1103515245) + 12345 | 0;
      return state >>> 16;
    });
    assertEquals(decodePng(encodePng(noise, width), "noise").pixels, noise);
  }
});

Deno.test("decodePng() refuses every truncation of a file", () => {
  for (const name of ["rgba-16-interlaced.png", "palette-4.png"]) {
    const bytes = readFile(name);
    for (let length = 8; length < bytes.length; length++) {
      assertThrows(() => decodePng(bytes.slice(0, length), name), UserError, `${name} is a `);
    }
  }
});

Deno.test("decodePng() refuses a flipped bit in any chunk, for the checksums tell", () => {
  const bytes = readFile("rgb-8.png");
  for (let bit = 8 * 8; bit < 8 * bytes.length; bit++) {
    const damaged = bytes.slice();
    damaged[bit >> 3] ^= 1 << (bit & 7);
    const decode = () => decodePng(damaged, "rgb-8.png");
    const { message } = assertThrows(decode, UserError, "rgb-8.png ", `bit ${bit}`);
    // In our own words: the decoder's have types of Rust's, and digits of checksums.
    assert(!/[{}]|0x|CRC|deflate|signature/.test(message), message);
  }
});

Deno.test("decodePng() says in one sentence what is wrong", () => {
  const rows = new Uint8Array(2 * 3);
  const refusals: readonly [Uint8Array<ArrayBuffer>, string][] = [
    [pngOf(header(0, 3), rows), "x.png has no pixels."],
    [pngOf(header(2, 0), rows), "x.png has no pixels."],
    [pngOf(header(1, 4), rows), "x.png is a damaged PNG: "],
    [pngOf(header(1, 3, 3), rows), "x.png is a damaged PNG: "],
    [
      pngOf(header(8_000, 8_000, 8, 5), rows),
      "x.png is a damaged PNG: its colour type is unknown.",
    ],
    [pngOf(header(1, 3, 8, 3), rows), "x.png is a damaged PNG: "],
    [pngOf(header(0xffffffff, 0xffffffff), rows), "x.png is too large: 4294967295 x 4294967295"],
    [pngOf(header(3_000, 3_000), rows), "x.png is a truncated PNG."],
    [pngOf(header(10_000, 10_000), rows), "x.png is too large: 10000 x 10000 pixels"],
    [pngOf(header(8_000, 8_000, 16, 6), rows), "of 64 bits, where 128 MiB are the most"],
    [png(["IDAT", header(1, 3)], ["IHDR", header(1, 3)]), "x.png is a damaged PNG: "],
    [png(["IHDR", header(1, 3)]), "x.png is a damaged PNG: "],
  ];
  for (const [bytes, message] of refusals) {
    const error = assertThrows(() => decodePng(bytes, "x.png"), UserError, message);
    assertEquals(/^x\.png [^\n]*\.$/.test(error.message), true, error.message);
  }
});

Deno.test("decodePng() leaves what it has no use for unread: a colour profile, texts, a tail", () => {
  const zeros = new Uint8Array(deflateSync(new Uint8Array(1 << 20)));
  const text = joined(new TextEncoder().encode("Title\0\0"), zeros);
  const rows = Uint8Array.of(0, 7, 0, 8, 0, 9);
  const idat = new Uint8Array(deflateSync(rows));
  const file = png(["IHDR", header(1, 3)], ["iCCP", text], ["zTXt", text], ["IDAT", idat]);
  const { pixels } = decodePng(joined(file, new Uint8Array(9)), "x.png");
  assertEquals(pixels, Uint8Array.of(7, 8, 9));
});

/** A PNG of 16-bit samples: gray (colour type 0), or gray and opacity (4). */
function deepPng(width: number, samples: readonly number[], colour: 0 | 4 = 0) {
  const inRow = colour === 4 ? 2 * width : width;
  const rows = Array.from({ length: samples.length / inRow }, (_, y) => {
    const row = samples.slice(y * inRow, (y + 1) * inRow);
    return [0, ...row.flatMap((sample) => [sample >> 8, sample & 255])];
  });
  return pngOf(header(width, rows.length, 16, colour), Uint8Array.from(rows.flat()));
}

Deno.test("decodePng() takes the bits that a file of 16 bits a sample uses", () => {
  const grays = Array.from({ length: 256 }, (_, gray) => gray);
  for (let bits = 8; bits <= 16; bits++) {
    const samples = grays.map((gray) => gray * 2 ** (bits - 8));
    // More than 14 bits are taken for a dark picture of 16.
    const wanted = bits > 14 ? samples.map((sample) => sample >> 8) : grays;
    assertEquals([...decodePng(deepPng(16, samples), "x").pixels], wanted, `${bits} bits`);
  }
  assertEquals([...decodePng(deepPng(4, [0, 1, 2, 3]), "x").pixels], [0, 1, 2, 3]);
  assertEquals([...decodePng(deepPng(2, [0, 0]), "x").pixels], [0, 0]);
});

Deno.test("decodePng() asks no transparent pixel which bits a file uses", () => {
  const { pixels, alpha } = decodePng(deepPng(2, [200, 65535, 65535, 0, 7, 257, 0, 0], 4), "x");
  assertEquals([pixels[0], pixels[2], pixels[3]], [200, 7, 0]);
  assertEquals([...alpha ?? []], [255, 0, 1, 0]);
});

Deno.test("decodePng() turns a picture as its EXIF says, grays and opacity", () => {
  const idat = new Uint8Array(deflateSync(Uint8Array.of(0, 1, 11, 2, 12, 3, 13)));
  for (const [type, littleEndian] of [[3, true], [4, false]] as const) {
    const segment = exif(littleEndian, 0x0112, type, 6).subarray(6);
    const chunks: [string, Uint8Array][] = [["eXIf", segment], ["IDAT", idat]];
    for (const order of [chunks, chunks.toReversed()]) {
      const { width, height, pixels, alpha } = decodePng(
        png(["IHDR", header(3, 1, 8, 4)], ...order),
        "x",
      );
      assertEquals([width, height, ...pixels], [1, 3, 1, 2, 3]);
      assertEquals([...alpha ?? []], [11, 12, 13]);
    }
  }
});

Deno.test("decodePng() names a PNG that Xcode changed", () => {
  const bytes = png(["CgBI", Uint8Array.of(0x50, 0, 0x20, 2)], ["IHDR", header(1, 1)]);
  assertThrows(() => decodePng(bytes, "x.png"), UserError, "x.png is a PNG that Xcode changed");
});
