import { messageOf, UserError } from "../errors.ts";
import { native } from "../ffi/mod.ts";
import { largestRatio } from "../storage/mod.ts";
import { tiffOrientation } from "./exif.ts";
import { upright } from "./orientation.ts";
import type { Channels, Picture } from "./picture.ts";
import { checkSize } from "./picture_limits.ts";

const signature = [0x89, 0x50, 0x4e, 0x47, 0x0d, 0x0a, 0x1a, 0x0a];

/** Samples a pixel for each colour type (PNG, section 11.2.2). */
const samples: Readonly<Record<number, number>> = { 0: 1, 2: 3, 3: 1, 4: 2, 6: 4 };

/** The most bytes that are unpacked: what takes about half a second. */
const maxUnpackedBytes = 128 << 20;

/** Whether `bytes` begin as a PNG does. */
export const isPng = (bytes: Uint8Array): boolean =>
  signature.every((byte, place) => bytes[place] === byte);

/**
 * Decodes a PNG (W3C, third edition) of any colour type, depth and interlacing to gray or colours and
 * opacity, turned upright as its EXIF says. Throws {@linkcode UserError}, which begins with `name`, where it
 * is damaged or too large.
 */
export function decodePng(
  bytes: Uint8Array<ArrayBuffer>,
  name: string,
  channels: Channels = 1,
  mostPixels?: number,
): Picture {
  if (bytes.length < 33) throw new UserError(`${name} is a truncated PNG.`);
  checkFirstChunk(chunkType(bytes, 8), name);
  const view = new DataView(bytes.buffer, bytes.byteOffset, bytes.byteLength);
  const [width, height] = [view.getUint32(16), view.getUint32(20)];
  checkSize(name, width, height, mostPixels);
  const bits = view.getUint8(24) * (samples[view.getUint8(25)] ?? 0);
  if (bits === 0) throw new UserError(`${name} is a damaged PNG: its colour type is unknown.`);
  const unpackedBytes = height * Math.ceil(width * bits / 8);
  if (unpackedBytes > maxUnpackedBytes) {
    throw new UserError(
      `${name} is too large: ${width} x ${height} pixels of ${bits} bits, where ${
        maxUnpackedBytes >> 20
      } MiB are the most.`,
    );
  }
  if (unpackedBytes > largestRatio * bytes.length) {
    throw new UserError(`${name} is a truncated PNG.`);
  }
  const { hasKey, orientation } = readChunks(bytes);
  const hasAlpha = hasKey || [4, 6].includes(view.getUint8(25));
  const pixels = new Uint8Array(channels * width * height);
  const alpha = new Uint8Array(hasAlpha ? width * height : 0).fill(255);
  try {
    native.picture_from_png(bytes, width, channels, pixels, alpha);
  } catch (error) {
    throw new UserError(`${name} is a damaged PNG: ${complaint(error)}`, {
      cause: error,
    });
  }
  const picture = upright({ width, height, pixels }, orientation);
  let opaque = 0;
  while (alpha[opaque] === 255) opaque++;
  if (opaque === alpha.length) return picture;
  return { ...picture, alpha: upright({ width, height, pixels: alpha }, orientation).pixels };
}

const chunkType = (bytes: Uint8Array, place: number): string =>
  String.fromCharCode(...bytes.subarray(place + 4, place + 8));

function checkFirstChunk(type: string, name: string): void {
  if (type === "CgBI") {
    throw new UserError(
      `${name} is a PNG that Xcode changed for iOS (CgBI), which is not read; save it as PNG or JPEG.`,
    );
  }
  if (type !== "IHDR") {
    throw new UserError(`${name} is a damaged PNG: it does not begin with IHDR.`);
  }
}

/** Whether a PNG's chunks tell what is transparent, and how EXIF says it is to be turned. */
function readChunks(bytes: Uint8Array): { hasKey: boolean; orientation: number } {
  const view = new DataView(bytes.buffer, bytes.byteOffset, bytes.byteLength);
  let [hasKey, orientation] = [false, 1];
  for (let place = 8; place + 12 <= bytes.length;) {
    const end = place + 12 + view.getUint32(place);
    const type = view.getUint32(place + 4);
    if (type === transparencyChunk) hasKey = true;
    if (type === exifChunk) orientation = tiffOrientation(bytes.subarray(place + 8, end - 4));
    if (type === endChunk) break;
    place = end;
  }
  return { hasKey, orientation };
}

const [transparencyChunk, exifChunk, endChunk] = ["tRNS", "eXIf", "IEND"].map((type) =>
  [...type].reduce((code, letter) => code << 8 | letter.charCodeAt(0), 0)
);

/** Encodes pixels `[height, width, channels]` (gray or RGB) as a PNG. */
export function encodePng(
  pixels: Uint8Array<ArrayBuffer>,
  width: number,
  channels: Channels = 1,
): Uint8Array<ArrayBuffer> {
  // Deflate's stored blocks add 5 bytes to each 65,535 at most; the chunks take less than 1 KiB.
  const room = new Uint8Array(2 * pixels.length + pixels.length / width + 1024);
  return room.slice(0, native.picture_to_png(pixels, width, channels, room));
}

/**
 * What is wrong with a picture: our own words, and in place of the decoder's, which name its types, that
 * it does not hold together. The error itself is the cause.
 */
export const complaint = (error: unknown): string => {
  const text = messageOf(error);
  return /^(it|its) /.test(text) ? `${text}.` : "its parts do not fit together.";
};
