import { assertEquals, assertThrows } from "@std/assert";
import {
  decodeSafetensors,
  encodeSafetensors,
  headerLimit,
  type StoredTensor,
} from "../../src/storage/safetensors.ts";

const weight: StoredTensor = {
  name: "0.weight",
  dtype: "F32",
  shape: [2, 3],
  bytes: new Uint8Array(Float32Array.of(1, 2, 3, 4, 5, 6).buffer),
};
const count: StoredTensor = {
  name: "0.count",
  dtype: "I64",
  shape: [],
  bytes: new Uint8Array(BigInt64Array.of(7n).buffer),
};

/** A file of this header and so many bytes of data. */
function file(header: string, dataBytes = 0): Uint8Array {
  const text = new TextEncoder().encode(header);
  const bytes = new Uint8Array(8 + text.length + dataBytes);
  new DataView(bytes.buffer).setBigUint64(0, BigInt(text.length), true);
  bytes.set(text, 8);
  return bytes;
}

const entry = (begin: number, end: number, shape = `[${end - begin}]`, dtype = "U8") =>
  `{"dtype":"${dtype}","shape":${shape},"data_offsets":[${begin},${end}]}`;

Deno.test("decodeSafetensors() gives back what encodeSafetensors() was given", () => {
  const { tensors, metadata } = decodeSafetensors(encodeSafetensors([weight, count], { a: "b" }));
  assertEquals(tensors, [count, weight]); // the widest type first, so that all are aligned
  assertEquals(metadata, { a: "b" });
});

Deno.test("encodeSafetensors() pads the header so that the data is aligned to 8 bytes", () => {
  const bytes = encodeSafetensors([count]);
  assertEquals(Number(new DataView(bytes.buffer).getBigUint64(0, true)) % 8, 0);
});

Deno.test("encodeSafetensors() refuses bytes that are not the shape's", () => {
  assertThrows(() => encodeSafetensors([{ ...weight, shape: [7] }]), RangeError, "24 bytes");
});

Deno.test("decodeSafetensors() accepts an empty file of no tensors, and empty tensors", () => {
  assertEquals(decodeSafetensors(file("{}")).tensors, []);
  assertEquals(decodeSafetensors(file(`{"a":${entry(0, 0)}}`)).tensors.length, 1);
});

const refused: [what: string, bytes: Uint8Array, message: string][] = [
  ["nothing", new Uint8Array(0), "no header"],
  ["half a length", new Uint8Array(7), "no header"],
  ["a header beyond the file", file("{}").subarray(0, 9), "longer than the file"],
  ["a header of 2^64 - 1 bytes", new Uint8Array(16).fill(255), "of 16 MiB at most"],
  ["no JSON", file("{"), "not valid JSON"],
  ["an array", file("[]"), "not a JSON object"],
  ["invalid UTF-8", file("{}").with(8, 0xff), "not valid JSON"],
  ["a name twice", file(`{"a":${entry(0, 1)},"a":${entry(0, 1)}}`, 1), "names a twice"],
  ["an escaped name twice", file(`{"a":${entry(0, 1)},"\\u0061":${entry(0, 1)}}`, 1), "a twice"],
  ["a field twice", file(`{"a":{"dtype":"U8","dtype":"U8"}}`), "names dtype twice"],
  ["overlapping tensors", file(`{"a":${entry(0, 2)},"b":${entry(1, 3)}}`, 3), "begins at byte 1"],
  ["a gap", file(`{"a":${entry(0, 1)},"b":${entry(2, 3)}}`, 3), "begins at byte 2, not at 1"],
  ["a trailing byte", file(`{"a":${entry(0, 1)}}`, 2), "end at byte 1 of 2"],
  ["a tensor beyond the data", file(`{"a":${entry(0, 4)}}`, 3), "lies at bytes 0 to 4 of 3"],
  ["offsets backwards", file(`{"a":${entry(2, 1, "[1]")}}`, 3), "lies at bytes 2 to 1"],
  ["a negative offset", file(`{"a":${entry(-1, 1)}}`, 1), "no valid data_offsets"],
  ["a fractional size", file(`{"a":${entry(0, 1, "[0.5]")}}`, 1), "no valid shape"],
  ["a wrong size", file(`{"a":${entry(0, 4, "[3]")}}`, 4), "is not 4 bytes"],
  [
    "sizes whose product overflows",
    file(`{"a":${entry(0, 0, "[4294967296,4294967296,0]")}}`),
    "is not",
  ],
  ["nine dimensions", file(`{"a":${entry(0, 1, "[1,1,1,1,1,1,1,1,1]")}}`, 1), "no valid shape"],
  ["an unknown type", file(`{"a":${entry(0, 1, "[1]", "F8")}}`, 1), 'dtype "F8"'],
  ["a type named like a method", file(`{"a":${entry(0, 1, "[1]", "toString")}}`, 1), "toString"],
  ["a missing field", file(`{"a":{"dtype":"U8","shape":[1]}}`, 1), "not exactly"],
  ["metadata of numbers", file(`{"__metadata__":{"a":1}}`), "is not a text"],
  ["metadata that is a text", file(`{"__metadata__":"a"}`), "not an object"],
];

for (const [what, bytes, message] of refused) {
  Deno.test(`decodeSafetensors() refuses ${what}`, () => {
    assertThrows(() => decodeSafetensors(bytes), RangeError, message);
  });
}

Deno.test("decodeSafetensors() refuses a header above the limit before reading it", () => {
  const bytes = new Uint8Array(headerLimit + 16);
  new DataView(bytes.buffer).setBigUint64(0, BigInt(headerLimit + 8), true);
  assertThrows(() => decodeSafetensors(bytes), RangeError, "of 16 MiB at most");
});

Deno.test("decodeSafetensors() reads a name that is a word of JavaScript", () => {
  const { tensors } = decodeSafetensors(file(`{"__proto__":${entry(0, 1)}}`, 1));
  assertEquals(tensors[0]?.name, "__proto__");
});

Deno.test("a name is stored once, and none is that of the metadata", () => {
  assertThrows(() => encodeSafetensors([weight, weight]), RangeError, '"0.weight"');
  const taken = { ...count, name: "__metadata__" };
  assertThrows(() => encodeSafetensors([taken]), RangeError, '"__metadata__"');
});
