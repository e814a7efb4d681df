import { crc32, deflateSync } from "node:zlib";

/** A PNG's signature. */
export const signature = Uint8Array.of(0x89, 0x50, 0x4e, 0x47, 0x0d, 0x0a, 0x1a, 0x0a);

/** What an IHDR chunk holds. */
export function header(width: number, height: number, depth = 8, colour = 0, interlace = 0) {
  const bytes = new Uint8Array(13);
  const view = new DataView(bytes.buffer);
  view.setUint32(0, width);
  view.setUint32(4, height);
  bytes.set([depth, colour, 0, 0, interlace], 8);
  return bytes;
}

/** A PNG of the given chunks, with an IEND after them; their checksums are right. */
export function png(...chunks: readonly [type: string, data: Uint8Array][]) {
  const parts = [...chunks, ["IEND", new Uint8Array()] as const].map(([type, data]) => {
    const bytes = new Uint8Array(12 + data.length);
    bytes.set(new TextEncoder().encode(type), 4);
    bytes.set(data, 8);
    const view = new DataView(bytes.buffer);
    view.setUint32(0, data.length);
    view.setUint32(8 + data.length, crc32(bytes.subarray(4, 8 + data.length)));
    return bytes;
  });
  return joined(signature, ...parts);
}

/** A PNG of this header and these filtered rows. */
export const pngOf = (ihdr: Uint8Array, rows: Uint8Array, level = 1) =>
  png(["IHDR", ihdr], ["IDAT", new Uint8Array(deflateSync(rows, { level }))]);

/** The same file with the checksums of all its chunks made right, as far as it has chunks. */
export function resealed(file: Uint8Array): Uint8Array<ArrayBuffer> {
  const bytes = file.slice();
  const view = new DataView(bytes.buffer);
  for (let place = 8; place + 12 <= bytes.length;) {
    const end = place + 8 + view.getUint32(place);
    if (end + 4 > bytes.length) break;
    view.setUint32(end, crc32(bytes.subarray(place + 4, end)));
    place = end + 4;
  }
  return bytes;
}

/** The parts in a row. */
export function joined(...parts: readonly Uint8Array[]): Uint8Array<ArrayBuffer> {
  const bytes = new Uint8Array(parts.reduce((sum, { length }) => sum + length, 0));
  let place = 0;
  for (const part of parts) {
    bytes.set(part, place);
    place += part.length;
  }
  return bytes;
}
