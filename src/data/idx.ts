import { UserError } from "../errors.ts";
import { gunzip, gunzipStart, isGzip } from "./gzip.ts";
import { type ImageFormat, type ImageSet, imageSet } from "./image_set.ts";

const unsignedByte = 0x08;

/** The content of an IDX file: its dimensions and a view of its bytes in row-major order. */
export interface Idx {
  /** Lengths of the dimensions. */
  readonly dimensions: readonly number[];
  /** The elements in row-major order. */
  readonly values: Uint8Array<ArrayBuffer>;
}

/**
 * Reads an IDX file of unsigned bytes with `rank` dimensions (http://yann.lecun.com/exdb/mnist):
 * magic `00 00 08 rank`, the dimensions as big-endian u32, then exactly their product of bytes. It
 * copies nothing, so a header can ask for no memory. Throws {@linkcode UserError}, which begins
 * with `name`, for everything else.
 */
export function readIdx(bytes: Uint8Array<ArrayBuffer>, name: string, rank: number): Idx {
  const { header, dimensions, expected } = readHeader(bytes, name, rank);
  const found = bytes.length - header;
  if (found !== expected) {
    throw new UserError(
      `${name} is ${found < expected ? "truncated" : "too long"}: ` +
        `its header says [${dimensions.join(", ")}], or ${expected} bytes, but ${found} follow.`,
    );
  }
  return { dimensions, values: bytes.subarray(header) };
}

/** Reads an IDX file that may be gzipped; no more is unpacked than its header says. */
export async function readPackedIdx(
  bytes: Uint8Array<ArrayBuffer>,
  name: string,
  rank: number,
): Promise<Idx> {
  if (!isGzip(bytes)) return readIdx(bytes, name, rank);
  const start = await gunzipStart(bytes, name, headerBytes(rank));
  const { header, expected } = readHeader(start, name, rank);
  return readIdx(await gunzip(bytes, name, header + expected), name, rank);
}

const headerBytes = (rank: number) => 4 + 4 * rank;

function readHeader(bytes: Uint8Array<ArrayBuffer>, name: string, rank: number) {
  const header = headerBytes(rank);
  if (bytes.length < header) {
    throw new UserError(
      `${name} is truncated: an IDX header of ${rank} dimensions has ${header} bytes, the file ${bytes.length}.`,
    );
  }
  const magic = [0, 0, unsignedByte, rank];
  if (magic.some((byte, place) => bytes[place] !== byte)) {
    throw new UserError(
      `${name} is not an IDX file of unsigned bytes with ${rank} dimensions: ` +
        `it begins with ${hex(bytes.subarray(0, 4))} instead of ${hex(magic)}.`,
    );
  }
  const view = new DataView(bytes.buffer, bytes.byteOffset, bytes.byteLength);
  const dimensions = Array.from({ length: rank }, (_, i) => view.getUint32(4 + 4 * i));
  // Beyond 2^53 a product is rounded, but then it is far from any length a file can have.
  const expected = dimensions.reduce((product, size) => product * size, 1);
  return { header, dimensions, expected };
}

/**
 * Reads a pair of IDX files, plain or gzipped, into an {@linkcode ImageSet}: images `[count, height,
 * width]` of one channel and labels `[count]`. Throws {@linkcode UserError} where either is damaged
 * or of another shape, the counts differ or a label is no class.
 */
export async function readImageSet(
  name: string,
  images: { readonly name: string; readonly bytes: Uint8Array<ArrayBuffer> },
  labels: { readonly name: string; readonly bytes: Uint8Array<ArrayBuffer> },
  format: ImageFormat,
): Promise<ImageSet> {
  const pixels = await readPackedIdx(images.bytes, images.name, 3);
  const [count, height, width] = pixels.dimensions;
  if (height !== format.height || width !== format.width) {
    throw new UserError(
      `${images.name} holds images of ${height} x ${width} instead of ` +
        `${format.height} x ${format.width}.`,
    );
  }
  if (count === 0) throw new UserError(`${images.name} holds no images.`);
  const { values } = await readPackedIdx(labels.bytes, labels.name, 1);
  if (values.length !== count) {
    throw new UserError(
      `${images.name} holds ${count} images, but ${labels.name} ${values.length} labels.`,
    );
  }
  const wrong = values.findIndex((label) => label >= format.classes.length);
  if (wrong >= 0) {
    throw new UserError(
      `${labels.name} has label ${values[wrong]} at ${wrong}; labels are 0 to ${
        format.classes.length - 1
      }.`,
    );
  }
  return imageSet(name, pixels.values, values, format);
}

const hex = (bytes: Iterable<number>): string =>
  Array.from(bytes, (byte) => byte.toString(16).padStart(2, "0")).join(" ");
