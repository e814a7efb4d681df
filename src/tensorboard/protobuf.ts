/**
 * The part of protocol buffers' wire format that TensorBoard's events need
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
