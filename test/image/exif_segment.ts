/** An APP1 segment with one entry of EXIF: of one byte for type 1, two for 3, four for 4. */
export function exif(littleEndian: boolean, tag: number, type: number, value: number, at = 8) {
  const bytes = new Uint8Array(6 + at + 2 + 12);
  bytes.set(new TextEncoder().encode("Exif"));
  const view = new DataView(bytes.buffer, 6);
  view.setUint16(0, littleEndian ? 0x4949 : 0x4d4d);
  view.setUint16(2, 42, littleEndian);
  view.setUint32(4, at, littleEndian);
  view.setUint16(at, 1, littleEndian);
  view.setUint16(at + 2, tag, littleEndian);
  view.setUint16(at + 4, type, littleEndian);
  view.setUint32(at + 6, 1, littleEndian);
  if ([1, 6].includes(type)) view.setUint8(at + 10, value);
  else if ([4, 9].includes(type)) view.setUint32(at + 10, value, littleEndian);
  else view.setUint16(at + 10, value, littleEndian);
  return bytes;
}
