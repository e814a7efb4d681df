import { constants, deflateSync } from "node:zlib";
import { gzip, idxFile } from "../data/idx_files.ts";
import { encodeJpeg, type Factors } from "./jpeg_encoder.ts";
import { readFile } from "./picture_files.ts";
import { header, joined, png, pngOf } from "./png_chunks.ts";

const mebibyte = 1 << 20;
const zeros = (length: number) => new Uint8Array(length);

/** Zlib of 1 GiB of zeros: blocks of 16 MiB that each leave the stream open, and an empty last one. */
function zlibOfZeros(): Uint8Array {
  const flush = { level: 9, finishFlush: constants.Z_FULL_FLUSH };
  const blocks = new Uint8Array(deflateSync(zeros(16 * mebibyte), flush));
  const repeatedBlocks = Array.from({ length: 64 }, () => blocks.subarray(2));
  return joined(blocks.subarray(0, 2), ...repeatedBlocks, Uint8Array.of(3, 0), zeros(4));
}

/** One of the golden JPEGs with its frame's height and width replaced, and bytes before its end. */
const jpeg = (name: string, size: number, insertion = zeros(0)) =>
  resized(readFile(name), size, insertion);

function resized(file: Uint8Array, size: number, insertion: Uint8Array): Uint8Array<ArrayBuffer> {
  const bytes = file.slice();
  const frame = bytes.findIndex((byte, i) => byte === 0xff && [0xc0, 0xc2].includes(bytes[i + 1]));
  bytes.set([size >> 8, size & 255, size >> 8, size & 255], frame + 5);
  return joined(bytes.subarray(0, -2), insertion, bytes.subarray(-2));
}

/** A JPEG of three colours whose every block is zero bits: no difference, and its end. */
function emptyJpeg(size: number, luma: Factors, progressive: boolean): Uint8Array<ArrayBuffer> {
  const scans = [{ components: [0, 1, 2], band: [0, progressive ? 0 : 63] as const }];
  const factors = [luma, [1, 1], [1, 1]] as const;
  const { file } = encodeJpeg({ width: 8, height: 8, factors, scans, progressive });
  const blocks = (size / 8) ** 2 * (1 + 2 / luma[0] / luma[1]);
  const scan = file.findIndex((byte, i) => byte === 0xff && file[i + 1] === 0xda);
  const headers = joined(file.subarray(0, scan + 2 + file[scan + 3]), file.subarray(-2));
  return resized(headers, size, zeros(Math.ceil(1.5 * blocks)));
}

/** A pattern again and again, up to a length. */
function repeated(
  pattern: Uint8Array | readonly number[],
  length: number,
): Uint8Array<ArrayBuffer> {
  const bytes = zeros(length);
  bytes.set(pattern);
  for (let done = pattern.length; done < length; done *= 2) bytes.copyWithin(done, 0, done);
  return bytes;
}

const start = Uint8Array.of(0xff, 0xd8, 0xff, 0xe0, 0, 2);

/** A scan of the last AC coefficients of component 1 whose every block is skipped by one run. */
const emptyScan = Uint8Array.of(0xff, 0xda, 0, 8, 1, 1, 0, 63, 63, 0x21, 0xaa);

/** Small or large files that ask for much more than they are worth, by name. */
export const bombs: Readonly<Record<string, () => Uint8Array<ArrayBuffer>>> = {
  "a PNG of 1 x 3 whose rows unpack to 1 GiB": () =>
    png(["IHDR", header(1, 3)], ["IDAT", zlibOfZeros()]),
  "a PNG whose colour profile unpacks to 1 GiB": () =>
    png(
      ["IHDR", header(1, 3)],
      ["iCCP", joined(Uint8Array.of(65, 0, 0), zlibOfZeros())],
      ["IDAT", new Uint8Array(deflateSync(zeros(6)))],
    ),
  "a PNG whose text unpacks to 1 GiB": () =>
    png(
      ["IHDR", header(1, 3)],
      ["zTXt", joined(Uint8Array.of(65, 0, 0), zlibOfZeros())],
      ["IDAT", new Uint8Array(deflateSync(zeros(6)))],
    ),
  "a PNG of 4294967295 x 4294967295": () => pngOf(header(0xffffffff, 0xffffffff), zeros(6)),
  "a PNG of 8191 x 8191, black and white, interlaced": () =>
    pngOf(header(8191, 8191, 1, 0, 1), zeros(8192 * 1024 + 16384)),
  "a PNG of 6600 x 6700 colours": () => pngOf(header(6600, 6700, 8, 2), zeros(6700 * 19801)),
  "a PNG of 5700 x 5700 colours, most of them transparent": () =>
    pngOf(header(5700, 5700, 8, 6), repeated([...Array(22800).fill(0), 0], 5700 * 22801)),
  "a PNG of 8100 x 8100 samples of 16 bits that use 9 of them": () =>
    pngOf(
      header(8100, 8100, 16, 0),
      repeated([0, ...Array(8100).fill([1, 7]).flat()], 8100 * 16201),
    ),
  "a PNG whose chunk says it has 2 GiB": () => {
    const bytes = pngOf(header(1, 3), zeros(6));
    bytes.set([0x7f, 0xff, 0xff, 0xff], 33);
    return bytes;
  },
  "a PNG with a chunk of 48 MiB": () =>
    png(
      ["IHDR", header(1, 3)],
      ["tEXt", zeros(48 * mebibyte)],
      ["IDAT", new Uint8Array(deflateSync(zeros(6)))],
    ),
  "a PNG with 4 million empty chunks": () => {
    const [before, after] = [png(["IHDR", header(1, 3)]), pngOf(header(1, 3), zeros(6))];
    const [empty] = [png(["prIv", zeros(0)]).subarray(8, 20)];
    const many = repeated(empty, 4_000_000 * 12);
    return joined(before.subarray(0, 33), many, after.subarray(33));
  },
  "a JPEG of 65535 x 65535": () => jpeg("jpeg-420.jpg", 65535),
  "a JPEG of 8000 x 8000 with the data of a small one": () => jpeg("jpeg-420.jpg", 8000),
  "a progressive JPEG of 4600 x 4600 with the data of a small one": () =>
    jpeg("jpeg-progressive.jpg", 4600),
  "a progressive JPEG of 4600 x 4600 with zeros for data": () =>
    jpeg("jpeg-progressive.jpg", 4600, zeros(mebibyte)),
  "a progressive JPEG of 8000 x 8000": () => jpeg("jpeg-progressive.jpg", 8000),
  "a JPEG of 8000 x 8000 empty blocks of three colours": () => emptyJpeg(8000, [1, 1], false),
  "a JPEG of 4096 x 4096 empty blocks of three colours": () => emptyJpeg(4096, [1, 1], false),
  "a JPEG of 8160 x 8160 empty blocks, twice as tall as its colours": () =>
    emptyJpeg(8160, [1, 2], false),
  "a progressive JPEG of 3600 x 3600 empty blocks": () => emptyJpeg(3600, [1, 1], true),
  "a JPEG of inks of 8000 x 8000": () => jpeg("jpeg-cmyk.jpg", 8000),
  "a progressive JPEG of 3 million scans": () =>
    jpeg("jpeg-progressive.jpg", 1000, repeated(emptyScan, 3_000_000 * emptyScan.length)),
  "a progressive JPEG of 500 scans": () =>
    jpeg("jpeg-progressive.jpg", 1000, repeated(emptyScan, 500 * emptyScan.length)),
  "a JPEG of 63 MiB of fill bytes": () => joined(start, repeated([0xff], 63 * mebibyte)),
  "a JPEG of 63 MiB of markers": () => joined(start, repeated([0xff, 0xd0], 63 * mebibyte)),
  "a JPEG of 63 MiB of empty segments": () =>
    joined(start, repeated([0xff, 0xfe, 0, 2], 63 * mebibyte)),
  "a JPEG with 63 MiB of stuffed bytes": () =>
    jpeg("jpeg-420.jpg", 60, repeated([0xff, 0], 63 * mebibyte)),
  "an IDX of 1 GiB in gzip": () => {
    const member = gzip(zeros(16 * mebibyte));
    return joined(...Array.from({ length: 64 }, () => member));
  },
  "an IDX of 4294967295 images": () => {
    const bytes = idxFile([1, 28, 28], zeros(784));
    bytes.set([0xff, 0xff, 0xff, 0xff], 4);
    return bytes;
  },
  "an IDX of 40 million images of one pixel": () => idxFile([40_000_000, 1, 1], zeros(40_000_000)),
  "an IDX of 60,000 images of no pixels": () => idxFile([60_000, 0, 28], zeros(0)),
  "a file of 65 MiB": () => zeros(65 * mebibyte),
};
