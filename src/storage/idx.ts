import { UserError } from "../errors.ts";
import { gunzip, gunzipStart, isGzip } from "./gzip.ts";

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

const hex = (bytes: Iterable<number>): string =>
  Array.from(bytes, (byte) => byte.toString(16).padStart(2, "0")).join(" ");
