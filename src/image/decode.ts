import { UserError } from "../errors.ts";
import { gunzip, isGzip, readIdx } from "../storage/mod.ts";
import { foreignFormat } from "./formats.ts";
import { decodeJpeg } from "./jpeg.ts";
import { isJpeg } from "./jpeg_header.ts";
import { type Channels, type Picture, withChannels } from "./picture.ts";
import { checkSize, maxFileBytes } from "./picture_limits.ts";
import { decodePng, isPng } from "./png.ts";

/** The most images of an IDX file: each becomes a picture of its own, however small it is. */
const maxImages = 100_000;

/**
 * The picture in a PNG or JPEG file, in gray or colours; undefined where the bytes are of neither. Throws
 * {@linkcode UserError}, which begins with `name`, where the file is damaged or has more than `mostPixels`.
 */
export function decodePicture(
  bytes: Uint8Array<ArrayBuffer>,
  name: string,
  channels: Channels = 1,
  mostPixels?: number,
): Picture | undefined {
  if (isPng(bytes)) return decodePng(bytes, name, channels, mostPixels);
  if (isJpeg(bytes)) return decodeJpeg(bytes, name, channels, mostPixels);
}

/**
 * The pictures in a file, in gray or colours: one of a PNG or JPEG, any number of an IDX file, plain or gzipped. The
 * content decides what it is, not the name. Throws {@linkcode UserError}, which begins with `name`,
 * where the file is damaged, too large or of another kind; what a header claims is checked before
 * memory is taken for it.
 */
export async function decodePictures(
  bytes: Uint8Array<ArrayBuffer>,
  name: string,
  channels: Channels = 1,
): Promise<Picture[]> {
  if (bytes.length > maxFileBytes) {
    throw new UserError(`${name} is larger than ${maxFileBytes >> 20} MiB.`);
  }
  if (bytes.length === 0) throw new UserError(`${name} is empty.`);
  const picture = decodePicture(bytes, name, channels);
  if (picture !== undefined) return [picture];
  const content = isGzip(bytes) ? await gunzip(bytes, name, maxFileBytes) : bytes;
  if (!isIdx(content)) throw notRead(content, name, content !== bytes);
  const { dimensions: [count, height, width], values } = readIdx(content, name, 3);
  if (count === 0) throw new UserError(`${name} holds no images.`);
  if (count > maxImages) {
    throw new UserError(`${name} holds ${count} images; ${maxImages} are the most.`);
  }
  checkSize(name, width, height);
  const size = width * height;
  return Array.from({ length: count }, (_, i) => {
    const gray = { width, height, pixels: values.subarray(i * size, (i + 1) * size) };
    return withChannels(gray, channels);
  });
}

/** Whether `bytes` begin as an IDX file does, whatever its elements and dimensions are. */
const isIdx = ([first, second, type, rank]: Uint8Array): boolean =>
  first === 0 && second === 0 && type >= 0x08 && type <= 0x0e && rank >= 1;

function notRead(content: Uint8Array, name: string, packed: boolean): UserError {
  const inside = isPng(content) ? "PNG" : isJpeg(content) ? "JPEG" : undefined;
  if (inside !== undefined) {
    return new UserError(`${name} is a gzipped ${inside}; unpack it first.`);
  }
  const kind = foreignFormat(content);
  if (kind === undefined) return new UserError(`${name} is no PNG, JPEG or IDX file.`);
  const advice = packed ? `unpack it and ${kind.advice}` : kind.advice;
  return new UserError(
    `${name} is ${packed ? "gzipped, " : ""}${kind.name}, which is not read; ${advice}.`,
  );
}
