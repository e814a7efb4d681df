import { assertEquals, assertNotEquals } from "@std/assert";
import { createHash } from "node:crypto";
import type { StoredTensor } from "../../src/storage/safetensors.ts";
import { tensorDigests, weightsDigest } from "../../src/storage/weights_digest.ts";

const weight: StoredTensor = {
  name: "0.weight",
  dtype: "F32",
  shape: [2, 1],
  bytes: Uint8Array.of(0x00, 0x00, 0x80, 0x3f, 0x00, 0x00, 0x00, 0xc0), // 1 and -2
};
const bias: StoredTensor = {
  name: "0.bias",
  dtype: "F32",
  shape: [2],
  bytes: Uint8Array.of(0, 0, 0, 0, 0, 0, 0, 0x3f), // 0 and 0.5
};

// printf '0.biasF32[2]\0\0\0\0\0\0\0\x3f0.weightF32[2, 1]\0\0\x80\x3f\0\0\0\xc0' | sha256sum
const expected = "a1851229d2d0886a0ea790761b85de945d60ad646ab6ec138b52ffbf9266b94f";

Deno.test("weightsDigest() is what sha256sum says of names, types, shapes and bytes", () => {
  assertEquals(weightsDigest([bias, weight]), expected);
});

Deno.test("weightsDigest() does not depend on the order of the tensors", () => {
  assertEquals(weightsDigest([weight, bias]), expected);
});

Deno.test("weightsDigest() changes with a shape", () => {
  assertNotEquals(weightsDigest([{ ...weight, shape: [1, 2] }, bias]), expected);
});

Deno.test("weightsDigest() of a scalar has empty brackets", () => {
  const scalar: StoredTensor = { name: "n", dtype: "U8", shape: [], bytes: Uint8Array.of(1) };
  const hash = createHash("sha256").update("nU8[]").update(Uint8Array.of(1)).digest("hex");
  assertEquals(weightsDigest([scalar]), hash);
});

Deno.test("tensorDigests() names each tensor's own digest", () => {
  assertEquals(Object.keys(tensorDigests([weight, bias])), ["0.bias", "0.weight"]);
  assertEquals(tensorDigests([weight])["0.weight"], weightsDigest([weight]));
});
