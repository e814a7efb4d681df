import { UserError } from "../../errors.ts";

/** Whole numbers of a NumPy array and its shape. */
export interface NpyArray {
  readonly shape: readonly number[];
  /** The type of the elements as NumPy writes it, `|u1`. */
  readonly type: string;
  /** The elements in row-major order. */
  readonly values: ArrayLike<number>;
  /** The elements themselves, where they are unsigned bytes. */
  readonly bytes?: Uint8Array<ArrayBuffer>;
}

/** The element types that are read: little-endian whole numbers, and bytes. */
const readers: Readonly<Record<string, (buffer: ArrayBuffer) => ArrayLike<number>>> = {
  "|u1": (buffer) => new Uint8Array(buffer),
  "|i1": (buffer) => new Int8Array(buffer),
  "<u2": (buffer) => new Uint16Array(buffer),
  "<i2": (buffer) => new Int16Array(buffer),
  "<u4": (buffer) => new Uint32Array(buffer),
  "<i4": (buffer) => new Int32Array(buffer),
  "<u8": (buffer) => Float64Array.from(new BigUint64Array(buffer), Number),
  "<i8": (buffer) => Float64Array.from(new BigInt64Array(buffer), Number),
};

/**
 * Reads a NumPy file of whole numbers (NEP 1, versions 1 to 3). Throws {@linkcode UserError}, which
 * begins with `name`.
 */
export function readNpy(bytes: Uint8Array<ArrayBuffer>, name: string): NpyArray {
  const magic = [0x93, 0x4e, 0x55, 0x4d, 0x50, 0x59]; // \x93NUMPY
  if (bytes.length < 12 || magic.some((byte, place) => bytes[place] !== byte)) {
    throw new UserError(`${name} is no NumPy array.`);
  }
  const view = new DataView(bytes.buffer, bytes.byteOffset, bytes.byteLength);
  const [start, length] = bytes[6] === 1
    ? [10, view.getUint16(8, true)]
    : [12, view.getUint32(8, true)];
  const header = new TextDecoder().decode(bytes.subarray(start, start + length));
  const type = /'descr': '([^']+)'/.exec(header)?.[1];
  const sizes = /'shape': \(([\d, ]*)\)/.exec(header)?.[1];
  if (type === undefined || sizes === undefined) {
    throw new UserError(`${name} is a NumPy array of a type that is not read: ${header.trim()}`);
  }
  if (/'fortran_order': True/.test(header)) {
    throw new UserError(`${name} is in Fortran's order; save numpy.ascontiguousarray(...) of it.`);
  }
  const read = readers[type];
  if (read === undefined && type.replace(">", "<") in readers) {
    throw new UserError(
      `${name} is an array of ${type}, whose bytes are in the other order; save ` +
        `.astype("${type.replace(">", "<")}") of it.`,
    );
  }
  if (read === undefined) {
    throw new UserError(
      `${name} is an array of ${type}; save it as whole numbers, pixels as ` +
        "uint8 from 0 to 255.",
    );
  }
  const shape = sizes.split(",").map((size) => size.trim()).filter((size) => size !== "").map(
    Number,
  );
  const content = bytes.slice(start + length);
  const expected = shape.reduce((product, size) => product * size, 1) * Number(type[2]);
  if (content.length !== expected) {
    throw new UserError(
      `${name} is ${content.length < expected ? "truncated" : "too long"}: ` +
        `${type} [${shape.join(", ")}] has ${expected} bytes, and ${content.length} follow.`,
    );
  }
  const values = read(content.buffer);
  return { shape, type, values, ...(type === "|u1" && { bytes: content }) };
}
