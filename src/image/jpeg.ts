import { messageOf, UserError } from "../errors.ts";
import { native } from "../ffi/mod.ts";
import { readJpegHeader } from "./jpeg_header.ts";
import { upright } from "./orientation.ts";
import { checkSize, type Picture } from "./picture.ts";
import { sentence } from "./png.ts";

/** The most blocks of 64 coefficients that are kept in memory, 128 bytes each: 80 MiB. */
const maxStoredBlocks = 640 << 10;

/** The most blocks that are gone over in all scans together: what takes about a second. */
const maxBlockVisits = 12 << 20;

/** The most pixels of a JPEG whose colours have to be converted first, 3 bytes each. */
const maxInkPixels = 24 << 20;

/**
 * Decodes a JPEG (ITU-T T.81), baseline or progressive, to its luma, turned upright as its EXIF
 * says. Throws {@linkcode UserError}, which begins with `name`, where it is damaged or too large.
 */
export function decodeJpeg(bytes: Uint8Array<ArrayBuffer>, name: string): Picture {
  const header = readJpegHeader(bytes, name);
  const { width, height, scans, blocks } = header;
  checkSize(name, width, height);
  const tooMuch = header.progressive && blocks > maxStoredBlocks ||
    blocks * scans > maxBlockVisits || header.components === 4 && width * height > maxInkPixels;
  if (tooMuch) {
    throw new UserError(
      `${name} is too large: ${width} x ${height} pixels in ${blocks * scans} blocks; ` +
        "save it smaller, and not progressive.",
    );
  }
  // The decoder takes what is missing before an end-of-image marker as zeros. In a whole picture,
  // each block has at least the code of its DC coefficient, of one bit or more.
  if (8 * header.codedBytes < blocks) {
    throw new UserError(`${name} is a truncated JPEG.`);
  }
  const pixels = new Uint8Array(width * height);
  try {
    native.picture_from_jpeg(bytes, width, scans, pixels);
  } catch (error) {
    throw new UserError(`${name} is a damaged JPEG: ${sentence(messageOf(error))}`, {
      cause: error,
    });
  }
  return upright({ width, height, pixels }, header.orientation);
}
