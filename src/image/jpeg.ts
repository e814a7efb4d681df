import { UserError } from "../errors.ts";
import { native } from "../ffi/mod.ts";
import { readJpegHeader } from "./jpeg_header.ts";
import { upright } from "./orientation.ts";
import type { Channels, Picture } from "./picture.ts";
import { checkSize } from "./picture_limits.ts";
import { complaint } from "./png.ts";

/**
 * The most blocks of 64 coefficients, 128 bytes each. A progressive picture keeps all of them in
 * memory. Of a baseline one the decoder's second thread may be behind by any number of them; a
 * telephone's picture of 50 megapixels (4:2:0) has as many as are allowed.
 */
const maxBlocks = { baseline: 1200 << 10, progressive: 640 << 10 };

/** The most blocks that are gone over in all scans together: what takes about a second. */
const maxBlockVisits = 12 << 20;

/** The most pixels that are decoded one by one; of larger pictures, each 2 x 2 become one. */
const maxWholePixels = { baseline: 16 << 20, progressive: 8 << 20 };

/** Bytes that a decoding may take where its second thread is far behind; else it is done at half the size. */
const mostBytes = 192 << 20;

/**
 * Decodes a JPEG (ITU-T T.81), baseline or progressive, to its luma or its colours, turned upright as its
 * EXIF says; one of more than 16 million pixels (8 million if progressive), or whose blocks and pixels take
 * too much memory together, at half its size. Throws
 * {@linkcode UserError}, which begins with `name`, where it is damaged or too large.
 */
export function decodeJpeg(
  bytes: Uint8Array<ArrayBuffer>,
  name: string,
  channels: Channels = 1,
  mostPixels?: number,
): Picture {
  const header = readJpegHeader(bytes, name);
  const { width, height, scans, blocks, components } = header;
  checkSize(name, width, height, mostPixels);
  const kind = header.progressive ? "progressive" : "baseline";
  const tooLarge = () =>
    new UserError(
      `${name} is too large: ${width} x ${height} pixels in ${blocks * scans} blocks; ` +
        `save it smaller${header.progressive ? ", and not progressive" : ""}.`,
    );
  if (header.progressive && blocks > maxBlocks.progressive || blocks * scans > maxBlockVisits) {
    throw tooLarge();
  }
  // The decoder takes what is missing before an end-of-image marker as zeros. In a whole picture,
  // each block has at least the code of its DC coefficient, of one bit or more.
  if (8 * header.codedBytes < blocks) {
    throw new UserError(`${name} is a truncated JPEG.`);
  }
  if (blocks > maxBlocks.baseline) throw tooLarge();
  const most = maxWholePixels[kind];
  // The blocks, the components one by one and side by side, and what is made of them.
  const bytesNeeded = 128 * blocks + width * height * (2 * components + channels);
  const reduction = width * height > most || bytesNeeded > mostBytes ? 2 : 1;
  const [wide, high] = [Math.ceil(width / reduction), Math.ceil(height / reduction)];
  const pixels = new Uint8Array(channels * wide * high);
  try {
    native.picture_from_jpeg(bytes, wide, Number(header.transformed), channels, pixels);
  } catch (error) {
    throw new UserError(`${name} is a damaged JPEG: ${complaint(error)}`, {
      cause: error,
    });
  }
  return upright({ width: wide, height: high, pixels }, header.orientation);
}
