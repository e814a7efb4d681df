import { Random } from "../../src/tensor/mod.ts";

const encoder = new TextEncoder();

/** What is put into a file: pieces of JSON and of numbers, and sizes as binary headers have them. */
const pieces: readonly Uint8Array[] = [
  ...[...'{}[]",:0123456789-.eE \n\\'].map((piece) => encoder.encode(piece)),
  ...["null", "1e308", "-1", "9007199254740993", "__proto__", "\\u0000"].map((piece) =>
    encoder.encode(piece)
  ),
  Uint8Array.of(0, 0, 0, 0),
  Uint8Array.of(0xff, 0xff, 0xff, 0xff),
  Uint8Array.of(0x80, 0, 0, 0),
  Uint8Array.of(0, 0, 0, 0x7f),
  Uint8Array.of(0x1f, 0x8b, 8, 0),
];

/** Draws one edit takes. */
const drawsAnEdit = 3;

/**
 * One of the files with one to four random edits: bytes changed, cut out, doubled, put in or
 * written over. A pure function of the seed and the index.
 */
export function edited(
  files: readonly Uint8Array[],
  seed: number,
  index: number,
): Uint8Array<ArrayBuffer> {
  const draws = new Random(seed, "fuzz", 0, index).bits(2 + 4 * drawsAnEdit);
  let bytes = files[draws[0] % files.length].slice();
  for (let edit = 0; edit <= draws[1] % 4; edit++) {
    bytes = editedOnce(bytes, draws.subarray(2 + edit * drawsAnEdit));
  }
  return bytes;
}

function editedOnce(bytes: Uint8Array<ArrayBuffer>, draws: Uint32Array): Uint8Array<ArrayBuffer> {
  const [kind, place, value] = draws;
  const at = place % Math.max(1, bytes.length);
  const piece = pieces[value % pieces.length];
  switch (kind % 6) {
    case 0: // one byte, or one bit of it
      bytes[at] = value & 256 ? value & 255 : bytes[at] ^ (1 << (value & 7));
      return bytes;
    case 1:
      return replaced(bytes, at, at + value % 16);
    case 2:
      return replaced(bytes, at, at, piece);
    case 3:
      return replaced(bytes, at, at, bytes.slice(at, at + value % 64));
    case 4:
      return replaced(bytes, at, at + piece.length, piece);
    default:
      return bytes.slice(0, at);
  }
}

/** The bytes with those from `begin` to `end` replaced. */
function replaced(
  bytes: Uint8Array,
  begin: number,
  end: number,
  by: Uint8Array = new Uint8Array(),
): Uint8Array<ArrayBuffer> {
  const rest = bytes.subarray(Math.min(end, bytes.length));
  const result = new Uint8Array(begin + by.length + rest.length);
  result.set(bytes.subarray(0, begin));
  result.set(by, begin);
  result.set(rest, begin + by.length);
  return result;
}
