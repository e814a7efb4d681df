import { crc32, deflateRawSync } from "node:zlib";
import type { Bytes } from "./idx_files.ts";

const encoder = new TextEncoder();

/** A NumPy file (version 1.0). */
export function npy(
  type: string,
  shape: readonly number[],
  bytes: Uint8Array,
  order = "False",
): Bytes {
  const tuple = shape.length === 1 ? `(${shape[0]},)` : `(${shape.join(", ")})`;
  const text = `{'descr': '${type}', 'fortran_order': ${order}, 'shape': ${tuple}, }`;
  const header = encoder.encode(`${text.padEnd(117)}\n`);
  return new Uint8Array([
    0x93,
    ...encoder.encode("NUMPY"),
    1,
    0,
    header.length,
    0,
    ...header,
    ...bytes,
  ]);
}

/** A ZIP archive of these files, packed or stored, with a comment at its end. */
export function zip(files: Readonly<Record<string, Uint8Array>>, packed: boolean): Bytes {
  const [content, directory]: [number[], number[]] = [[], []];
  const u16 = (value: number) => [value & 255, value >> 8 & 255];
  const u32 = (value: number) => [...u16(value & 0xffff), ...u16(value >>> 16)];
  for (const [name, bytes] of Object.entries(files)) {
    const data = packed ? deflateRawSync(bytes) : bytes;
    const text = encoder.encode(name);
    const common = [...u16(20), ...u16(0), ...u16(packed ? 8 : 0), ...u32(0), ...u32(crc32(bytes))]
      .concat(u32(data.length), u32(bytes.length), u16(text.length));
    const extra = [1, 0, 4, 0, 9, 9, 9, 9]; // NumPy writes one of ZIP64
    directory.push(...[0x50, 0x4b, 1, 2, 20, 0], ...common, ...u16(0), ...u16(0), ...u16(0));
    directory.push(...u16(0), ...u32(0), ...u32(content.length), ...text);
    content.push(0x50, 0x4b, 3, 4, ...common, ...u16(extra.length), ...text, ...extra, ...data);
  }
  const count = Object.keys(files).length;
  const end = [0x50, 0x4b, 5, 6, 0, 0, 0, 0, ...u16(count), ...u16(count)]
    .concat(u32(directory.length), u32(content.length), u16(2), [33, 33]);
  return new Uint8Array([...content, ...directory, ...end]);
}
