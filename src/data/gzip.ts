import { createGunzip } from "node:zlib";
import { messageOf, UserError } from "../errors.ts";

/** Bytes unpacked at a time, by which a bomb can go beyond its limit before it is stopped. */
const pieceBytes = 1 << 16;

/**
 * Unpacks gzip (RFC 1952), one member or several in a row; `maxBytes` bounds what is unpacked.
 * Throws {@linkcode UserError}, which begins with `name`, where the stream is damaged, goes on after
 * its end or holds more.
 */
export async function gunzip(
  packed: Uint8Array<ArrayBuffer>,
  name: string,
  maxBytes: number,
): Promise<Uint8Array<ArrayBuffer>> {
  const stream = createGunzip({ chunkSize: pieceBytes });
  const pieces: Uint8Array<ArrayBuffer>[] = [];
  let size = 0;
  try {
    stream.end(packed);
    for await (const piece of stream) {
      size += piece.length;
      if (size > maxBytes) {
        throw new UserError(`${name} unpacks to more than ${maxBytes} bytes, which it should not.`);
      }
      pieces.push(piece);
    }
  } catch (error) {
    if (error instanceof UserError) throw error;
    throw new UserError(`${name} is not a whole gzip file (${messageOf(error)}).`, {
      cause: error,
    });
  } finally {
    stream.destroy(); // after an error, its native memory would stay
  }
  const rest = packed.length - stream.bytesWritten;
  if (rest !== 0) {
    throw new UserError(`${name} has ${rest} bytes after the end of its gzip stream.`);
  }
  const unpacked = new Uint8Array(size);
  let filled = 0;
  for (const piece of pieces) {
    unpacked.set(piece, filled);
    filled += piece.length;
  }
  return unpacked;
}

/** Whether `bytes` begin with gzip's two magic bytes. */
export const isGzip = (bytes: Uint8Array): boolean => bytes[0] === 0x1f && bytes[1] === 0x8b;
