import { createGunzip } from "node:zlib";
import { messageOf, UserError } from "../errors.ts";

/** Bytes unpacked at a time, by which a bomb can go beyond its limit before it is stopped. */
const pieceBytes = 1 << 16;

/** How many times smaller deflate can make anything: 258 bytes in two bits (RFC 1951). */
export const largestRatio = 1032;

/**
 * Unpacks gzip (RFC 1952), one member or several in a row; zeros may follow, as tapes have them.
 * `maxBytes` bounds what is unpacked. Throws {@linkcode UserError}, which begins with `name`, where
 * the stream is damaged, goes on after its end, or holds more than that or than memory does.
 */
export async function gunzip(
  packed: Uint8Array<ArrayBuffer>,
  name: string,
  maxBytes: number,
): Promise<Uint8Array<ArrayBuffer>> {
  const unpacked = allocate(Math.min(maxBytes, largestRatio * packed.length), name);
  let filled = 0;
  const end = await pieces(packed, name, (piece) => {
    if (filled + piece.length > maxBytes) {
      throw new UserError(`${name} unpacks to more than ${maxBytes} bytes, which it should not.`);
    }
    unpacked.set(piece, filled);
    filled += piece.length;
    return true;
  });
  const rest = packed.subarray(end);
  if (rest.some((byte) => byte !== 0)) {
    throw new UserError(`${name} has ${rest.length} bytes after the end of its gzip stream.`);
  }
  return filled === unpacked.length ? unpacked : unpacked.slice(0, filled);
}

/** The first `count` unpacked bytes of a gzip stream, or as many as there are. */
export async function gunzipStart(
  packed: Uint8Array<ArrayBuffer>,
  name: string,
  count: number,
): Promise<Uint8Array<ArrayBuffer>> {
  const start = new Uint8Array(count);
  let filled = 0;
  await pieces(packed, name, (piece) => {
    const part = piece.subarray(0, count - filled);
    start.set(part, filled);
    filled += part.length;
    return filled < count;
  });
  return start.subarray(0, filled);
}

/**
 * Hands over what a stream unpacks to, piece by piece, for as long as `take` wants more; returns how
 * many packed bytes were read.
 */
async function pieces(
  packed: Uint8Array<ArrayBuffer>,
  name: string,
  take: (piece: Uint8Array<ArrayBuffer>) => boolean,
): Promise<number> {
  const stream = createGunzip({ chunkSize: pieceBytes });
  try {
    stream.end(packed);
    for await (const piece of stream) if (!take(piece)) break;
    return stream.bytesWritten;
  } catch (error) {
    if (error instanceof UserError) throw error;
    throw new UserError(`${name} is not a whole gzip file (${messageOf(error)}).`, {
      cause: error,
    });
  } finally {
    stream.destroy(); // after an error, its native memory would stay
  }
}

function allocate(bytes: number, name: string): Uint8Array<ArrayBuffer> {
  try {
    return new Uint8Array(bytes);
  } catch (error) {
    throw new UserError(`${name} unpacks to more than there is memory for (${bytes} bytes).`, {
      cause: error,
    });
  }
}

/** Whether `bytes` begin with gzip's two magic bytes. */
export const isGzip = (bytes: Uint8Array): boolean => bytes[0] === 0x1f && bytes[1] === 0x8b;
