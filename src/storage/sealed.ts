import { createHash } from "node:crypto";
import { decodeSafetensors, encodeSafetensors } from "./safetensors.ts";
import type { StoredFile, StoredTensor } from "./safetensors.ts";

/**
 * A sealed file is a safetensors file whose first metadata entry is the SHA-256 of the whole file
 * (length field, header, data) with these 64 digits as zeros. So no bit of it can change unseen.
 */
const sealStart = new TextEncoder().encode('{"__metadata__":{"sha256":"');
const digitsAt = 8 + sealStart.length;
const digitsEnd = digitsAt + 64;

/** The bytes of a sealed file; `metadata` must say which version of wick wrote it. */
export function seal(
  tensors: readonly StoredTensor[],
  metadata: { readonly wick: string } & Readonly<Record<string, string>>,
): Uint8Array<ArrayBuffer> {
  const file = encodeSafetensors(tensors, { sha256: "0".repeat(64), ...metadata });
  const digits = createHash("sha256").update(file).digest("hex");
  file.set(new TextEncoder().encode(digits), digitsAt);
  return file;
}

/** True when a file begins as a sealed one does. */
function isSealed(file: Uint8Array): boolean {
  return file.length >= digitsEnd && sealStart.every((byte, i) => file[8 + i] === byte);
}

/** Reads a sealed file; throws a RangeError when a single bit of it is not as it was written. */
export function unseal(file: Uint8Array): StoredFile {
  if (!isSealed(file)) throw new RangeError("it does not begin with a checksum");
  const hash = createHash("sha256").update(file.subarray(0, digitsAt)).update("0".repeat(64));
  const digits = new TextDecoder().decode(file.subarray(digitsAt, digitsEnd));
  if (hash.update(file.subarray(digitsEnd)).digest("hex") !== digits) {
    throw new RangeError("its checksum does not fit its content");
  }
  return decodeSafetensors(file);
}

/** Reads a safetensors file from anywhere; one that wick wrote must still be as it was written. */
export function readWeightsFile(file: Uint8Array): StoredFile {
  if (isSealed(file)) return unseal(file);
  const content = decodeSafetensors(file);
  if (content.metadata.wick !== undefined) {
    throw new RangeError("wick wrote it, but it no longer begins with its checksum");
  }
  return content;
}
