/**
 * The part of protocol buffers' wire format that TensorBoard's events and ONNX's models need
 * (https://protobuf.dev/programming-guides/encoding). A field is its encoded bytes; a message is
 * the fields in it.
 */
export type Field = Uint8Array<ArrayBuffer>;

enum WireType {
  Varint = 0,
  Fixed64 = 1,
  Length = 2,
  Fixed32 = 5,
}

/** A whole number from 0 below 2^53: a field of type int32, int64 or an enum. */
export function integer(field: number, value: number): Field {
  return joined([key(field, WireType.Varint), varint(value)]);
}

/** A boolean. */
export function boolean(field: number, value: boolean): Field {
  return integer(field, value ? 1 : 0);
}

/** A number as f64. */
export function double(field: number, value: number): Field {
  return joined([
    key(field, WireType.Fixed64),
    little(8, (view) => view.setFloat64(0, value, true)),
  ]);
}

/** A number as f32. */
export function float(field: number, value: number): Field {
  return joined([
    key(field, WireType.Fixed32),
    little(4, (view) => view.setFloat32(0, value, true)),
  ]);
}

/** Bytes, or a string as UTF-8. */
export function bytes(field: number, value: Uint8Array | string): Field {
  const content = typeof value === "string" ? new TextEncoder().encode(value) : value;
  return joined([key(field, WireType.Length), varint(content.length), content]);
}

/** A message within a message. */
export function message(field: number, ...fields: readonly Field[]): Field {
  return bytes(field, joined(fields));
}

/** Bytes one after another. */
export function joined(parts: readonly Uint8Array[]): Field {
  const all = new Uint8Array(parts.reduce((sum, { length }) => sum + length, 0));
  let at = 0;
  for (const part of parts) {
    all.set(part, at);
    at += part.length;
  }
  return all;
}

/** `length` bytes that `write` fills. */
export function little(length: number, write: (view: DataView) => void): Field {
  const content = new Uint8Array(length);
  write(new DataView(content.buffer));
  return content;
}

const key = (field: number, type: WireType) => varint(field * 8 + type);

/** Seven bits a byte, the lowest first; the highest bit says that more follow. */
function varint(value: number): Field {
  const digits: number[] = [];
  for (; value >= 128; value = Math.floor(value / 128)) digits.push(value % 128 + 128);
  return Uint8Array.from([...digits, value]);
}

/** A message that was read: the values of its fields by their numbers. */
export class Message {
  readonly #fields = new Map<number, (number | Uint8Array)[]>();

  /** Reads a message; throws a RangeError where the bytes are cut or are none. */
  constructor(bytes: Uint8Array) {
    const view = new DataView(bytes.buffer, bytes.byteOffset, bytes.byteLength);
    let at = 0;
    const skip = (length: number): number => {
      if (!(length <= bytes.length - at)) throw new RangeError("a message in it is cut");
      at += length;
      return at - length;
    };
    const readers: Readonly<Record<number, () => number | Uint8Array>> = {
      [WireType.Varint]: () => readVarint(bytes, skip),
      [WireType.Fixed64]: () => view.getFloat64(skip(8), true),
      [WireType.Fixed32]: () => view.getFloat32(skip(4), true),
      [WireType.Length]: () => {
        const length = readVarint(bytes, skip);
        if (length < 0) throw new RangeError("a message in it has a negative length");
        return bytes.subarray(skip(length), at);
      },
    };
    while (at < bytes.length) {
      const key = readVarint(bytes, skip);
      const [field, type] = [Math.floor(key / 8), key % 8];
      const read = readers[type];
      if (read === undefined || field < 1) throw new RangeError("it holds what is no message");
      const values = this.#fields.get(field) ?? [];
      values.push(read());
      this.#fields.set(field, values);
    }
  }

  /** The numbers of a field: whole ones, or f64s and f32s, which the field's type tells. */
  numbers(field: number): number[] {
    return this.#all(field).flatMap((value) =>
      typeof value === "number" ? [value] : [...packed(value)]
    );
  }

  /** The strings of bytes, texts and messages of a field. */
  bytes(field: number): Uint8Array[] {
    return this.#all(field).map((value) => {
      if (typeof value !== "number") return value;
      throw new RangeError(`its field ${field} holds a number where bytes belong`);
    });
  }

  /** The messages of a field. */
  messages(field: number): Message[] {
    return this.bytes(field).map((bytes) => new Message(bytes));
  }

  /** The texts of a field; throws a RangeError where one is not UTF-8. */
  texts(field: number): string[] {
    return this.bytes(field).map((bytes) => {
      try {
        return new TextDecoder("utf-8", { fatal: true }).decode(bytes);
      } catch {
        throw new RangeError(`its field ${field} holds a text that is not UTF-8`);
      }
    });
  }

  #all(field: number): readonly (number | Uint8Array)[] {
    return this.#fields.get(field) ?? [];
  }
}

/** The whole numbers of a repeated field that is packed. */
function* packed(bytes: Uint8Array): Generator<number> {
  let at = 0;
  const skip = (length: number): number => {
    if (length > bytes.length - at) throw new RangeError("a list in it is cut");
    return at++;
  };
  while (at < bytes.length) yield readVarint(bytes, skip);
}

/** A whole number, of 64 bits with a sign. */
function readVarint(bytes: Uint8Array, skip: (length: number) => number): number {
  let value = 0n;
  for (let shift = 0n; shift < 70n; shift += 7n) {
    const byte = bytes[skip(1)];
    value |= BigInt(byte & 127) << shift;
    if (byte < 128) return Number(BigInt.asIntN(64, value));
  }
  throw new RangeError("a number in it has over ten bytes");
}
