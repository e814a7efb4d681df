import { counted } from "../printable.ts";
/** The element types of a safetensors file that wick reads and writes. */
const dtypeBytes: Readonly<Record<StoredDType, number>> = {
  F32: 4,
  F64: 8,
  F16: 2,
  BF16: 2,
  U8: 1,
  U32: 4,
  I64: 8,
};
/** An element type as the format names it. */
export type StoredDType = "F32" | "F64" | "F16" | "BF16" | "U8" | "U32" | "I64";

/** One tensor of a file: its elements in row-major order as little-endian bytes. */
export interface StoredTensor {
  /** Its name, as PyTorch has it. */
  readonly name: string;
  /** Its element type. */
  readonly dtype: StoredDType;
  /** Lengths of its dimensions. */
  readonly shape: readonly number[];
  /** Its elements. */
  readonly bytes: Uint8Array;
}

/** What a safetensors file holds. */
export interface StoredFile {
  /** The tensors in the order of their bytes. */
  readonly tensors: readonly StoredTensor[];
  /** Texts beside the tensors. */
  readonly metadata: Readonly<Record<string, string>>;
}

/** The longest header that is read, in bytes; the header of a model with 100,000 tensors is shorter. */
export const headerLimit = 16 * 1024 * 1024;

/**
 * The bytes of a file: 8 bytes of header length, the header as JSON, the tensors without gaps. Throws
 * a RangeError where a tensor's bytes do not fit its shape, or a name is taken.
 */
export function encodeSafetensors(
  tensors: readonly StoredTensor[],
  metadata: Readonly<Record<string, string>> = {},
): Uint8Array<ArrayBuffer> {
  const ordered = [...tensors].sort((a, b) =>
    dtypeBytes[b.dtype] - dtypeBytes[a.dtype] || (a.name < b.name ? -1 : 1)
  );
  const entries: [string, unknown][] = [];
  if (Object.keys(metadata).length > 0) entries.push(["__metadata__", metadata]);
  const names = new Set(["__metadata__"]);
  let end = 0;
  for (const { name, dtype, shape, bytes } of ordered) {
    if (names.has(name)) {
      throw new RangeError(`Cannot store two entries that are named ${JSON.stringify(name)}`);
    }
    names.add(name);
    if (bytes.length !== elements(shape) * dtypeBytes[dtype]) {
      throw new RangeError(
        `Cannot store ${name}: ${bytes.length} bytes are not ${dtype} [${shape.join(", ")}]`,
      );
    }
    entries.push([name, { dtype, shape, data_offsets: [end, end += bytes.length] }]);
  }
  // Written entry by entry: an object would move names that look like numbers to the front.
  const json = `{${
    entries.map(([k, v]) => `${JSON.stringify(k)}:${JSON.stringify(v)}`).join(",")
  }}`;
  const text = new TextEncoder().encode(json);
  const headerLength = Math.ceil(text.length / 8) * 8;
  const file = new Uint8Array(8 + headerLength + end);
  new DataView(file.buffer).setBigUint64(0, BigInt(headerLength), true);
  file.fill(0x20, 8, 8 + headerLength).set(text, 8);
  let at = 8 + headerLength;
  for (const { bytes } of ordered) {
    file.set(bytes, at);
    at += bytes.length;
  }
  return file;
}

/**
 * Reads a file, checking everything before it is believed: the header's length and JSON, each
 * name once, known types, dimension products, and tensors that cover the data without gap,
 * overlap or trailing byte. The tensors' bytes are views of `file`. Throws a RangeError.
 */
export function decodeSafetensors(file: Uint8Array): StoredFile {
  if (file.length < 8) throw new RangeError(`it has ${counted(file.length, "byte")} and no header`);
  const view = new DataView(file.buffer, file.byteOffset, file.byteLength);
  const headerLength = view.getBigUint64(0, true);
  if (headerLength > BigInt(Math.min(headerLimit, file.length - 8))) {
    throw new RangeError(
      headerLength > BigInt(headerLimit)
        ? "it does not begin with the length of a header, of 16 MiB at most"
        : `its header of ${headerLength} bytes is longer than the file`,
    );
  }
  const start = 8 + Number(headerLength);
  const header = parseHeader(file.subarray(8, start));
  const data = file.subarray(start);
  const metadata = readMetadata(header.get("__metadata__"));
  header.delete("__metadata__");
  const found = [...header].map(([name, entry]) => readEntry(name, entry, data));
  found.sort((a, b) => a.begin - b.begin || a.end - b.end);
  let covered = 0;
  for (const { begin, end, tensor } of found) {
    if (begin !== covered) {
      throw new RangeError(`${tensor.name} begins at byte ${begin}, not at ${covered}`);
    }
    covered = end;
  }
  if (covered !== data.length) {
    throw new RangeError(`its tensors end at byte ${covered} of ${data.length}`);
  }
  return { tensors: found.map(({ tensor }) => tensor), metadata };
}

function parseHeader(bytes: Uint8Array): Map<string, unknown> {
  let header: unknown;
  try {
    const text = new TextDecoder("utf-8", { fatal: true, ignoreBOM: true }).decode(bytes);
    header = JSON.parse(text);
    const twice = repeatedKey(text);
    if (twice !== undefined) throw new RangeError(`its header names ${twice} twice`);
  } catch (error) {
    if (error instanceof RangeError && error.message.startsWith("its header")) throw error;
    throw new RangeError("its header is not valid JSON");
  }
  if (!isObject(header)) throw new RangeError("its header is not a JSON object");
  return new Map(Object.entries(header));
}

function isObject(value: unknown): value is Record<string, unknown> {
  return typeof value === "object" && value !== null && !Array.isArray(value);
}

/** The first key that an object of this JSON text (known to be valid) has twice. */
function repeatedKey(text: string): string | undefined {
  const open: Set<string>[] = [];
  for (let at = 0; at < text.length; at++) {
    if (text[at] === "{") open.push(new Set());
    else if (text[at] === "}") open.pop();
    else if (text[at] === '"') {
      const begin = at++;
      while (text[at] !== '"') at += text[at] === "\\" ? 2 : 1;
      let next = at + 1;
      while (/\s/.test(text[next])) next++;
      if (text[next] !== ":") continue;
      const key: string = JSON.parse(text.slice(begin, at + 1));
      const keys = open[open.length - 1];
      if (keys.has(key)) return key;
      keys.add(key);
    }
  }
}

function readMetadata(entry: unknown): Record<string, string> {
  if (entry === undefined) return {};
  if (!isObject(entry)) throw new RangeError("its __metadata__ is not an object of texts");
  const texts = Object.entries(entry).map(([key, value]): [string, string] => {
    if (typeof value !== "string") throw new RangeError(`its __metadata__ ${key} is not a text`);
    return [key, value];
  });
  return Object.fromEntries(texts);
}

function readEntry(name: string, entry: unknown, data: Uint8Array) {
  if (!isObject(entry) || Object.keys(entry).length !== 3) {
    throw new RangeError(`${name} has not exactly a dtype, a shape and data_offsets`);
  }
  const { dtype, shape, data_offsets: offsets } = entry;
  if (typeof dtype !== "string" || !Object.hasOwn(dtypeBytes, dtype)) {
    const known = Object.keys(dtypeBytes).join(", ");
    throw new RangeError(`${name} has dtype ${JSON.stringify(dtype)}; wick reads ${known}`);
  }
  if (!isSizes(shape) || shape.length > 8) throw new RangeError(`${name} has no valid shape`);
  if (!isSizes(offsets) || offsets.length !== 2) {
    throw new RangeError(`${name} has no valid data_offsets`);
  }
  const [begin, end] = offsets;
  if (begin > end || end > data.length) {
    throw new RangeError(`${name} lies at bytes ${begin} to ${end} of ${data.length}`);
  }
  const stored = dtype as StoredDType;
  if (elements(shape) * dtypeBytes[stored] !== end - begin) {
    throw new RangeError(`${name} ${dtype} [${shape.join(", ")}] is not ${end - begin} bytes`);
  }
  const tensor: StoredTensor = { name, dtype: stored, shape, bytes: data.subarray(begin, end) };
  return { begin, end, tensor };
}

function isSizes(value: unknown): value is number[] {
  return Array.isArray(value) && value.every((size) => Number.isSafeInteger(size) && size >= 0);
}

/** The product of the dimensions, or NaN, which no size equals, where it is not an exact integer. */
function elements(shape: readonly number[]): number {
  return shape.reduce((product, size) => {
    return product * size <= Number.MAX_SAFE_INTEGER ? product * size : NaN;
  }, 1);
}
