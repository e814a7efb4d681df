import { UserError } from "../errors.ts";
import { exifOrientation } from "./exif.ts";

/** What a JPEG says of itself before any pixel is decoded. */
export interface JpegHeader {
  readonly width: number;
  readonly height: number;
  /** Components: 1 is gray, 3 are colours, 4 are printing inks. */
  readonly components: number;
  readonly progressive: boolean;
  /** Whether a luma and differences of colours stand for red, green and blue, or for inks. */
  readonly transformed: boolean;
  /** Blocks of 8 x 8 coefficients of all components together. */
  readonly blocks: number;
  /** Bytes of entropy-coded data. */
  readonly codedBytes: number;
  /** Passes over the blocks. */
  readonly scans: number;
  /** How EXIF says the picture is to be turned, 1 to 8. */
  readonly orientation: number;
}

/** More segments than any camera or program writes. */
const maxSegments = 10_000;

const startOfImage = 0xd8;
const endOfImage = 0xd9;
const startOfScan = 0xda;
const application0 = 0xe0;
const application1 = 0xe1;
const application14 = 0xee;
const kinds: Readonly<Record<number, string>> = {
  0xc3: "lossless",
  0xc5: "hierarchical",
  0xc6: "hierarchical",
  0xc7: "lossless",
  0xc9: "arithmetic-coded",
  0xca: "arithmetic-coded",
  0xcb: "lossless",
  0xcd: "hierarchical",
  0xce: "hierarchical",
  0xcf: "lossless",
};

/** Whether `bytes` begin as a JPEG does. */
export const isJpeg = (bytes: Uint8Array): boolean =>
  bytes[0] === 0xff && bytes[1] === startOfImage && bytes[2] === 0xff;

/**
 * Walks over a JPEG's segments (ITU-T T.81, annex B) from its start to its end-of-image marker;
 * throws {@linkcode UserError}, which begins with `name`, where one is missing, cut or of a kind
 * that is not read.
 */
export function readJpegHeader(bytes: Uint8Array, name: string): JpegHeader {
  let frame: Frame | undefined;
  let isJfif = false;
  let adobeTransform: number | undefined;
  let scans = 0;
  let codedBytes = 0;
  let orientation = 1;
  let place = 2;
  for (let segments = 0;; segments++) {
    if (segments > maxSegments) {
      throw new UserError(`${name} is a damaged JPEG: it has more than ${maxSegments} segments.`);
    }
    const marker = nextMarker(bytes, place, name);
    place = marker.end;
    if (marker.code === endOfImage) break;
    if (marker.code === 0x01 || (marker.code >= 0xd0 && marker.code <= 0xd7)) continue;
    const length = place + 2 <= bytes.length ? bytes[place] << 8 | bytes[place + 1] : 0;
    const segment = bytes.subarray(place + 2, place + length);
    if (length < 2 || place + length > bytes.length) throw truncated(name);
    place += length;
    const kind = kinds[marker.code];
    if (kind !== undefined) {
      throw new UserError(`${name} is a JPEG of a kind that is not read: ${kind}.`);
    }
    if (marker.code >= 0xc0 && marker.code <= 0xc2) {
      if (frame !== undefined) throw new UserError(`${name} is a damaged JPEG: it has two frames.`);
      frame = readFrame(segment, marker.code === 0xc2, name);
    }
    if (marker.code === application0 && begins(segment, "JFIF\0")) isJfif = true;
    if (marker.code === application14 && begins(segment, "Adobe")) adobeTransform = segment[11];
    if (marker.code === application1 && orientation === 1) orientation = exifOrientation(segment);
    if (marker.code !== startOfScan) continue;
    const end = scanEnd(bytes, place);
    scans++;
    codedBytes += end - place;
    place = end;
  }
  if (frame === undefined || scans === 0) {
    throw new UserError(`${name} is a damaged JPEG: it has no picture.`);
  }
  const { identifiers, isUneven, ...size } = frame;
  if (isUneven && (frame.progressive || scans > 1)) {
    throw new UserError(
      `${name} is a JPEG of a kind that is not read: sampling factors such as 2 beside 4, in scans of ` +
        "their own; save it anew.",
    );
  }
  const transformed = isTransformed(identifiers, isJfif, adobeTransform);
  return { ...size, transformed, scans, codedBytes, orientation };
}

const begins = (segment: Uint8Array, text: string): boolean =>
  new TextDecoder().decode(segment.subarray(0, text.length)) === text;

/** Which colours there are, guessed as libjpeg does (`default_decompress_parms` of jdapimin.c). */
function isTransformed(
  identifiers: readonly number[],
  isJfif: boolean,
  adobeTransform: number | undefined,
): boolean {
  if (identifiers.length === 3) {
    if (isJfif) return true;
    if (adobeTransform !== undefined) return adobeTransform !== 0;
    return String.fromCharCode(...identifiers) !== "RGB";
  }
  return adobeTransform !== undefined && adobeTransform !== 0;
}

function nextMarker(bytes: Uint8Array, place: number, name: string) {
  if (place >= bytes.length) throw truncated(name);
  if (bytes[place] !== 0xff) {
    throw new UserError(`${name} is a damaged JPEG: no marker at byte ${place}.`);
  }
  let end = place + 1;
  while (bytes[end] === 0xff) end++; // fill bytes
  if (end >= bytes.length) throw truncated(name);
  return { code: bytes[end], end: end + 1 };
}

/** Where the entropy-coded data that begins at `place` ends: at a marker that is no restart. */
function scanEnd(bytes: Uint8Array, place: number): number {
  const last = bytes.length - 1;
  for (let i = place; i < last; i++) {
    if (bytes[i] !== 0xff) continue;
    const next = bytes[i + 1];
    if (next !== 0 && next !== 0xff && (next < 0xd0 || next > 0xd7)) return i;
  }
  return bytes.length;
}

/** What a frame header says (B.2.2), with its components' identifiers. */
type Frame =
  & Pick<JpegHeader, "width" | "height" | "components" | "progressive" | "blocks">
  & {
    readonly identifiers: readonly number[];
    /** Whether a sampling factor is neither 1 nor the largest: the decoder miscounts its blocks. */
    readonly isUneven: boolean;
  };

function readFrame(segment: Uint8Array, progressive: boolean, name: string): Frame {
  const [precision, h1, h0, w1, w0, components] = segment;
  if (!(components >= 1 && components <= 4) || segment.length !== 6 + 3 * components) {
    throw new UserError(`${name} is a damaged JPEG: its frame header is not valid.`);
  }
  if (precision !== 8) {
    throw new UserError(`${name} is a JPEG of ${precision} bits a sample, which is not read.`);
  }
  const [width, height] = [w1 << 8 | w0, h1 << 8 | h0];
  const factors = Array.from({ length: components }, (_, i) => {
    const factor = segment[7 + 3 * i];
    return [factor >> 4, factor & 15];
  });
  if (factors.some(([x, y]) => x < 1 || x > 4 || y < 1 || y > 4)) {
    throw new UserError(`${name} is a damaged JPEG: its sampling factors are not valid.`);
  }
  const most = [0, 1].map((axis) => Math.max(...factors.map((factor) => factor[axis])));
  const blocksOf = (length: number, factor: number, most: number) =>
    Math.ceil(Math.ceil(length * factor / most) / 8);
  const blocks = factors.reduce(
    (sum, [x, y]) => sum + blocksOf(width, x, most[0]) * blocksOf(height, y, most[1]),
    0,
  );
  const identifiers = factors.map((_, i) => segment[6 + 3 * i]);
  const isUneven = factors.some((pair) => pair.some((one, axis) => one > 1 && one < most[axis]));
  return { width, height, components, identifiers, isUneven, progressive, blocks };
}

const truncated = (name: string) => new UserError(`${name} is a truncated JPEG.`);
