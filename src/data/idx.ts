import { UserError } from "../errors.ts";
import { gunzip, isGzip } from "./gzip.ts";
import { bytesOf, type ImageFormat, type ImageSet, imageSet } from "./image_set.ts";

const unsignedByte = 0x08;

/**
 * The most images a file may hold, as many as Fashion-MNIST's largest; it bounds what a gzip bomb
 * can allocate, to 45 MiB for images of 28 x 28.
 */
export const maxImages = 60_000;

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
  const header = 4 + 4 * rank;
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
  const found = bytes.length - header;
  if (found !== expected) {
    throw new UserError(
      `${name} is ${found < expected ? "truncated" : "too long"}: ` +
        `its header says [${dimensions.join(", ")}], or ${expected} bytes, but ${found} follow.`,
    );
  }
  return { dimensions, values: bytes.subarray(header) };
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
  const maxBytes = 16 + maxImages * bytesOf(format);
  const pixels = readIdx(await unpack(images.bytes, images.name, maxBytes), images.name, 3);
  const [count, height, width] = pixels.dimensions;
  if (height !== format.height || width !== format.width) {
    throw new UserError(
      `${images.name} holds images of ${height} x ${width} instead of ` +
        `${format.height} x ${format.width}.`,
    );
  }
  if (count === 0 || count > maxImages) {
    throw new UserError(`${images.name} holds ${count} images; 1 to ${maxImages} are possible.`);
  }
  const values =
    readIdx(await unpack(labels.bytes, labels.name, 8 + maxImages), labels.name, 1).values;
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

const unpack = (bytes: Uint8Array<ArrayBuffer>, name: string, maxBytes: number) =>
  isGzip(bytes) ? gunzip(bytes, name, maxBytes) : Promise.resolve(bytes);

const hex = (bytes: Iterable<number>): string =>
  Array.from(bytes, (byte) => byte.toString(16).padStart(2, "0")).join(" ");
