import { createHash } from "node:crypto";
import type { StoredTensor } from "./safetensors.ts";

function byName(a: StoredTensor, b: StoredTensor): number {
  return a.name < b.name ? -1 : 1;
}

/**
 * The SHA-256 that names a set of weights: over the tensors sorted by name, for each the text name +
 * dtype + shape (`0.weightF32[10, 1, 3, 3]`) and then its little-endian bytes.
 */
export function weightsDigest(tensors: readonly StoredTensor[]): string {
  const hash = createHash("sha256");
  for (const { name, dtype, shape, bytes } of [...tensors].sort(byName)) {
    hash.update(`${name}${dtype}[${shape.join(", ")}]`).update(bytes);
  }
  return hash.digest("hex");
}

/** The digest of each tensor alone, sorted by name: says which tensor differs. */
export function tensorDigests(tensors: readonly StoredTensor[]): Record<string, string> {
  const digest = (tensor: StoredTensor): [string, string] => [tensor.name, weightsDigest([tensor])];
  return Object.fromEntries([...tensors].sort(byName).map(digest));
}
