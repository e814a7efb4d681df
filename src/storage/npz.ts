import { crc32 } from "node:zlib";
import { joined } from "./protobuf.ts";
import type { StoredDType, StoredTensor } from "./safetensors.ts";

/** Element types as NumPy names them. */
const descriptions: Readonly<Record<StoredDType, string | undefined>> = {
  F32: "<f4",
  F64: "<f8",
  F16: "<f2",
  BF16: undefined,
  U8: "|u1",
  U32: "<u4",
  I64: "<i8",
};

/** Bytes that the sizes of a ZIP archive without ZIP64 can tell. */
const sizeLimit = 2 ** 32 - 1;

/**
 * Tensors as NumPy's archive: a ZIP archive (PKWARE's APPNOTE 6.3) of .npy files (NEP 1), which are
 * stored as they are. Throws a RangeError for an element type that NumPy has not, and above 4 GiB.
 */
export function encodeNpz(tensors: readonly StoredTensor[]): Uint8Array<ArrayBuffer> {
  const files: Uint8Array[] = [];
  const directory: Uint8Array[] = [];
  let at = 0;
  for (const tensor of tensors) {
    const name = new TextEncoder().encode(`${tensor.name}.npy`);
    const content = npy(tensor);
    const shared = numbers(
      // Version 2.0, names in UTF-8, stored, no time of day, 1 January 1980.
      ...[[20, 2], [0x800, 2], [0, 2], [0, 2], [0x21, 2]],
      ...[[crc32(content), 4], [content.length, 4], [content.length, 4], [name.length, 2], [0, 2]],
    );
    const place = numbers([0, 2], [0, 2], [0, 2], [0, 4], [at, 4]);
    directory.push(numbers([0x02014b50, 4], [20, 2]), shared, place, name);
    const file = [numbers([0x04034b50, 4]), shared, name, content];
    files.push(...file);
    at += sizeOf(file);
  }
  const size = sizeOf(directory);
  if (at + size > sizeLimit) throw new RangeError("the tensors have more than 4 GiB");
  const count = tensors.length;
  const end = numbers([0x06054b50, 4], [0, 4], [count, 2], [count, 2], [size, 4], [at, 4], [0, 2]);
  return joined([...files, ...directory, end]);
}

/** A tensor as a .npy file, whose elements begin at a multiple of 64 bytes. */
function npy({ name, dtype, shape, bytes }: StoredTensor): Uint8Array {
  const description = descriptions[dtype];
  if (description === undefined) throw new RangeError(`${name} is ${dtype}, which NumPy has not`);
  const lengths = shape.length === 1 ? `${shape[0]},` : shape.join(", ");
  const header = `{'descr': '${description}', 'fortran_order': False, 'shape': (${lengths}), }`;
  const start = 10;
  const length = Math.ceil((start + header.length + 1) / 64) * 64 - start;
  const text = new TextEncoder().encode(`${header.padEnd(length - 1)}\n`);
  const magic = [0x93, 0x4e, 0x55, 0x4d, 0x50, 0x59, 1, 0]; // \x93NUMPY, version 1.0
  return joined([Uint8Array.from(magic), numbers([length, 2]), text, bytes]);
}

/** Whole numbers, each in so many bytes, the lowest first. */
function numbers(...fields: readonly (readonly number[])[]): Uint8Array {
  const bytes = fields.flatMap(([value, length]) =>
    Array.from({ length }, (_, i) => Math.floor(value / 2 ** (8 * i)) % 256)
  );
  return Uint8Array.from(bytes);
}

const sizeOf = (parts: readonly Uint8Array[]) => parts.reduce((sum, { length }) => sum + length, 0);
