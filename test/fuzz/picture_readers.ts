import { deflateSync } from "node:zlib";
import { UserError } from "../../src/errors.ts";
import { decodePictures } from "../../src/image/decode.ts";
import { prepare } from "../../src/image/mod.ts";
import { encodeJpeg, type JpegPlan } from "../image/jpeg_encoder.ts";
import { pictures, readFile } from "../image/picture_files.ts";
import { joined, png, resealed } from "../image/png_chunks.ts";
import type { Reader } from "./readers.ts";

type Bytes = Uint8Array<ArrayBuffer>;

/** Decodes the bytes; a refusal has to be one sentence that names the file. */
async function decode(bytes: Bytes): Promise<void> {
  try {
    for (const picture of await decodePictures(bytes, "file")) prepare(picture);
  } catch (error) {
    if (error instanceof UserError && /^file [^\n]*\.$/.test(error.message)) throw error;
    throw new Error("not refused in one sentence", { cause: error });
  }
}

/** Decodes the bytes as they are and, if they are refused for it, with right checksums. */
async function decodeResealed(bytes: Bytes): Promise<void> {
  try {
    await decode(bytes);
  } catch (error) {
    if (!(error instanceof UserError)) throw error;
    await decode(resealed(bytes));
  }
}

/** The bytes as a PNG's header and filtered rows, so that what is inside a whole PNG is hostile. */
const decodeRows = (bytes: Bytes): Promise<void> =>
  decode(
    png(["IHDR", bytes.subarray(0, 13)], ["PLTE", bytes.subarray(13, 25)], [
      "IDAT",
      deflateSync(bytes.subarray(25), { level: 1 }),
    ]),
  );

const rows = Uint8Array.from({ length: 60 }, (_, i) => i % 12 === 0 ? i / 12 % 5 : 5 * i);
const headers = [[8, 3, 0], [8, 0, 0], [4, 3, 1], [2, 3, 0], [8, 6, 1]];

const [tall, single] = [[1, 2], [1, 1]] as const;
const [first, second, third] = [0, 1, 2].map((i) => ({ components: [i] }));
const dc = { components: [0, 1, 2], band: [0, 0] } as const;

/** Samplings and orders of scans that libjpeg does not write by itself. */
const sampled: readonly Omit<JpegPlan, "width" | "height">[] = [
  { factors: [tall, single, single], scans: [first, second, third], restart: 3 },
  { factors: [single, tall, single], scans: [{ components: [0, 1] }, third] },
  {
    factors: [tall, single, single],
    scans: [dc, ...[first, second, third].map((scan) => ({ ...scan, band: [1, 63] as const }))],
    progressive: true,
  },
];

/** Readers of picture files that somebody else may have written, and whole files to edit. */
export const pictureReaders: Readonly<Record<string, Reader>> = {
  "PNG files": {
    files: Object.keys(pictures.png).map(readFile),
    read: decodeResealed,
    found: [],
  },
  "headers and rows of PNG files": {
    files: headers.map(([depth, colour, interlace]) =>
      joined(
        Uint8Array.of(0, 0, 0, colour === 6 ? 2 : 11, 0, 0, 0, 5),
        Uint8Array.of(depth, colour, 0, 0, interlace),
        Uint8Array.from({ length: 12 }, (_, i) => 20 * i),
        rows,
      )
    ),
    read: decodeRows,
    found: [],
  },
  "JPEG files": {
    files: [
      ...pictures.jpeg.map((name) => readFile(`${name}.jpg`)),
      ...sampled.map((plan) => encodeJpeg({ width: 30, height: 41, ...plan }).file),
    ],
    read: decode,
    found: [],
  },
};
