import { assertEquals, assertThrows } from "@std/assert";
import { encodeSafetensors, type StoredTensor } from "../../src/storage/safetensors.ts";
import { readWeightsFile, seal, unseal } from "../../src/storage/sealed.ts";

const tensor: StoredTensor = {
  name: "0.weight",
  dtype: "F32",
  shape: [3],
  bytes: new Uint8Array(Float32Array.of(1, -2, 0.5).buffer),
};
const sealed = seal([tensor], { wick: "0.1.0", progress: "{}" });

Deno.test("unseal() gives back what seal() was given", () => {
  const { tensors, metadata } = unseal(sealed);
  assertEquals(tensors, [tensor]);
  assertEquals(metadata.progress, "{}");
});

Deno.test("unseal() refuses every prefix of a file", () => {
  for (let length = 0; length < sealed.length; length++) {
    assertThrows(() => unseal(sealed.slice(0, length)), RangeError);
  }
});

Deno.test("unseal() and readWeightsFile() refuse a file with any one bit flipped", () => {
  for (let bit = 0; bit < sealed.length * 8; bit++) {
    const flipped = sealed.slice();
    flipped[bit >> 3] ^= 1 << (bit & 7);
    assertThrows(() => unseal(flipped), RangeError);
    assertThrows(() => readWeightsFile(flipped), RangeError);
  }
});

Deno.test("unseal() refuses trailing bytes", () => {
  const longer = new Uint8Array(sealed.length + 1);
  longer.set(sealed);
  assertThrows(() => unseal(longer), RangeError, "checksum does not fit");
});

Deno.test("readWeightsFile() reads a file of another program, which has no checksum", () => {
  assertEquals(readWeightsFile(encodeSafetensors([tensor], { format: "pt" })).tensors, [tensor]);
});

Deno.test("seal() is a pure function: the same content is the same file", () => {
  assertEquals(seal([tensor], { wick: "0.1.0", progress: "{}" }), sealed);
});
