const orientationTag = 0x0112;
const unsignedShort = 3;

/**
 * The orientation (1 to 8, 1 is upright) that an APP1 segment's EXIF tells (CIPA DC-008, section
 * 4.6.4); 1 where it tells none, for a picture is no worse for a damaged note about it.
 */
export function exifOrientation(segment: Uint8Array): number {
  const header = [0x45, 0x78, 0x69, 0x66, 0, 0];
  if (header.some((byte, place) => segment[place] !== byte)) return 1;
  const view = new DataView(segment.buffer, segment.byteOffset + 6, segment.length - 6);
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
    const value = view.getUint16(entry + 8, little);
    const valid = view.getUint16(entry + 2, little) === unsignedShort && value >= 1 && value <= 8;
    return valid ? value : 1;
  }
  return 1;
}
