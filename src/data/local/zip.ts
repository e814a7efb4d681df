import { crc32, inflateRawSync } from "node:zlib";
import { messageOf, UserError } from "../../errors.ts";

/**
 * The files of a ZIP archive by name (PKWARE's APPNOTE 6.3, without ZIP64, encryption and parts),
 * each unpacked when it is asked for, and to no more than `largest` bytes. Throws
 * {@linkcode UserError}, which begins with `name`.
 */
export function unzip(
  bytes: Uint8Array<ArrayBuffer>,
  name: string,
  largest: number,
): Map<string, () => Uint8Array<ArrayBuffer>> {
  const view = new DataView(bytes.buffer, bytes.byteOffset, bytes.byteLength);
  const damaged = (what: string) => new UserError(`${name} is a damaged ZIP archive: ${what}.`);
  // The end of the central directory: 22 bytes, and a comment of at most 65,535.
  let end = bytes.length - 22;
  while (end >= Math.max(0, bytes.length - 65_557) && view.getUint32(end, true) !== 0x06054b50) {
    end--;
  }
  if (end < 0 || view.getUint32(end, true) !== 0x06054b50) throw damaged("it has no directory");
  const files = new Map<string, () => Uint8Array<ArrayBuffer>>();
  let place = view.getUint32(end + 16, true);
  for (let left = view.getUint16(end + 10, true); left > 0; left--) {
    if (place + 46 > end || view.getUint32(place, true) !== 0x02014b50) {
      throw damaged("its directory is cut");
    }
    const [flags, method] = [view.getUint16(place + 8, true), view.getUint16(place + 10, true)];
    const [packed, size] = [view.getUint32(place + 20, true), view.getUint32(place + 24, true)];
    const checksum = view.getUint32(place + 16, true);
    const [nameBytes, extra, comment] = [28, 30, 32].map((at) => view.getUint16(place + at, true));
    const local = view.getUint32(place + 42, true);
    const file = new TextDecoder().decode(bytes.subarray(place + 46, place + 46 + nameBytes));
    files.set(file, () => {
      if (flags & 1) throw new UserError(`${name}: ${file} is encrypted.`);
      if (size > largest) throw new UserError(`${name}: ${file} is larger than ${largest} bytes.`);
      if (local + 30 > end || view.getUint32(local, true) !== 0x04034b50) {
        throw damaged(`${file} does not begin where it should`);
      }
      const names = view.getUint16(local + 26, true) + view.getUint16(local + 28, true);
      const content = bytes.subarray(local + 30 + names, local + 30 + names + packed);
      if (content.length !== packed) throw damaged(`${file} is cut`);
      const unpacked = method === 0 ? content : method === 8 ? inflate(content, size) : undefined;
      if (unpacked === undefined) {
        throw new UserError(`${name}: ${file} is packed by method ${method}, which is not read.`);
      }
      if (unpacked.length !== size || crc32(unpacked) !== checksum) {
        throw damaged(`${file} is not what it was`);
      }
      return unpacked;
    });
    place += 46 + nameBytes + extra + comment;
  }
  return files;

  function inflate(content: Uint8Array<ArrayBuffer>, size: number): Uint8Array<ArrayBuffer> {
    try {
      return new Uint8Array(inflateRawSync(content, { maxOutputLength: Math.max(1, size) }));
    } catch (error) {
      throw damaged(messageOf(error));
    }
  }
}
