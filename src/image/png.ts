import { messageOf, UserError } from "../errors.ts";
import { native } from "../ffi/mod.ts";
import { checkSize, type Picture } from "./picture.ts";

const signature = [0x89, 0x50, 0x4e, 0x47, 0x0d, 0x0a, 0x1a, 0x0a];

/** Samples a pixel for each colour type (PNG, section 11.2.2). */
const samples: Readonly<Record<number, number>> = { 0: 1, 2: 3, 3: 1, 4: 2, 6: 4 };

/** The most bytes that are unpacked: what takes about half a second. */
const maxUnpackedBytes = 128 << 20;

/** How many times smaller deflate can make anything: 258 bytes in two bits (RFC 1951). */
const largestRatio = 1032;

/** Whether `bytes` begin as a PNG does. */
export const isPng = (bytes: Uint8Array): boolean =>
  signature.every((byte, place) => bytes[place] === byte);

/**
 * Decodes a PNG (W3C, third edition) of any colour type, depth and interlacing to gray, before
 * white where it is transparent. Throws {@linkcode UserError}, which begins with `name`, where it is
 * damaged or too large.
 */
export function decodePng(bytes: Uint8Array<ArrayBuffer>, name: string): Picture {
  if (bytes.length < 33) throw new UserError(`${name} is a truncated PNG.`);
  const view = new DataView(bytes.buffer, bytes.byteOffset, bytes.byteLength);
  const [width, height] = [view.getUint32(16), view.getUint32(20)];
  checkSize(name, width, height);
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
  const pixels = new Uint8Array(width * height);
  try {
    native.picture_from_png(bytes, width, pixels);
  } catch (error) {
    throw new UserError(`${name} is a damaged PNG: ${sentence(messageOf(error))}`, {
      cause: error,
    });
  }
  return { width, height, pixels };
}

/** Encodes pixels `[height, width, channels]` (gray or RGB) as a PNG. */
export function encodePng(
  pixels: Uint8Array<ArrayBuffer>,
  width: number,
  channels: 1 | 3 = 1,
): Uint8Array<ArrayBuffer> {
  // Deflate's stored blocks add 5 bytes to each 65,535 at most; the chunks take less than 1 KiB.
  const room = new Uint8Array(2 * pixels.length + pixels.length / width + 1024);
  return room.slice(0, native.picture_to_png(pixels, width, channels, room));
}

/** A decoder's complaint with a full stop at its end. */
export const sentence = (text: string): string => text.replace(/\.?$/, ".");
