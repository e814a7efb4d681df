const orientationTag = 0x0112;

/** How to read a whole number of each TIFF type that has one (TIFF 6.0, section 2). */
const integers: Readonly<Record<number, "getUint8" | "getUint16" | "getUint32">> = {
  1: "getUint8", // BYTE
  3: "getUint16", // SHORT, as the standard has it
  4: "getUint32", // LONG
  6: "getUint8", // SBYTE
  8: "getUint16", // SSHORT
  9: "getUint32", // SLONG
};

/** The orientation that a JPEG's APP1 segment tells, as {@linkcode tiffOrientation} has it. */
export function exifOrientation(segment: Uint8Array): number {
  const header = [0x45, 0x78, 0x69, 0x66, 0, 0];
  return header.every((byte, place) => segment[place] === byte)
    ? tiffOrientation(segment.subarray(header.length))
    : 1;
}

/**
 * The orientation (1 to 8, 1 is upright) that EXIF tells, which is a TIFF's directory (CIPA DC-008,
 * section 4.6.4); 1 where it is missing or damaged, for the picture itself is no worse for that. Any
 * type of whole number is taken, as other readers do.
 */
export function tiffOrientation(tiff: Uint8Array): number {
  const view = new DataView(tiff.buffer, tiff.byteOffset, tiff.length);
  if (view.byteLength < 8) return 1;
  const order = view.getUint16(0);
  if (order !== 0x4949 && order !== 0x4d4d) return 1;
  const little = order === 0x4949;
  const directory = view.getUint32(4, little);
  if (directory + 2 > view.byteLength) return 1;
  const entries = view.getUint16(directory, little);
  for (let i = 0; i < entries; i++) {
    const entry = directory + 2 + 12 * i;
    if (entry + 12 > view.byteLength) return 1;
    if (view.getUint16(entry, little) !== orientationTag) continue;
    const read = integers[view.getUint16(entry + 2, little)];
    const value = read === undefined ? 0 : view[read](entry + 8, little);
    return value >= 1 && value <= 8 ? value : 1;
  }
  return 1;
}
