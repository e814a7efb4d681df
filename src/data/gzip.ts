import { gunzipSync } from "node:zlib";
import { UserError } from "../errors.ts";

interface Unpacked {
  readonly buffer: Uint8Array<ArrayBuffer>;
  readonly engine: { readonly bytesWritten: number };
}

/**
 * Unpacks gzip (RFC 1952), one member or several in a row; `maxBytes` bounds what is allocated.
 * Throws {@linkcode UserError}, which begins with `name`, where the stream is damaged, goes on
 * after its end or holds more.
 */
export function gunzip(
  packed: Uint8Array<ArrayBuffer>,
  name: string,
  maxBytes: number,
): Uint8Array<ArrayBuffer> {
  const options = { maxOutputLength: maxBytes, info: true };
  let unpacked: Unpacked;
  try {
    unpacked = gunzipSync(packed, options) as unknown as Unpacked;
  } catch (error) {
    const code = error instanceof Error && "code" in error ? error.code : undefined;
    if (code === "ERR_BUFFER_TOO_LARGE") {
      throw new UserError(`${name} unpacks to more than ${maxBytes} bytes, which it should not.`);
    }
    const reason = error instanceof Error ? error.message : String(error);
    throw new UserError(`${name} is not a whole gzip file (${reason}).`);
  }
  const rest = packed.length - unpacked.engine.bytesWritten;
  if (rest !== 0) {
    throw new UserError(`${name} has ${rest} bytes after the end of its gzip stream.`);
  }
  const { buffer, byteOffset, length } = unpacked.buffer;
  return new Uint8Array(buffer, byteOffset, length); // not a node:buffer
}

/** Whether `bytes` begin with gzip's two magic bytes. */
export const isGzip = (bytes: Uint8Array): boolean => bytes[0] === 0x1f && bytes[1] === 0x8b;
