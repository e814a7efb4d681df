import { maxImages, readIdxImages } from "../data/mod.ts";
import { UserError } from "../errors.ts";
import { decodeJpeg } from "./jpeg.ts";
import { isJpeg } from "./jpeg_header.ts";
import { checkSize, maxFileBytes, type Picture } from "./picture.ts";
import { decodePng, isPng } from "./png.ts";

/**
 * The pictures in a file: one of a PNG or JPEG, any number of an IDX file, plain or gzipped. The
 * content decides what it is, not the name. Throws {@linkcode UserError}, which begins with `name`,
 * where the file is damaged, too large or of another kind; what a header claims is checked before
 * memory is taken for it.
 */
export async function decodePictures(
  bytes: Uint8Array<ArrayBuffer>,
  name: string,
): Promise<Picture[]> {
  if (bytes.length > maxFileBytes) {
    throw new UserError(`${name} is larger than ${maxFileBytes >> 20} MiB.`);
  }
  if (bytes.length === 0) throw new UserError(`${name} is empty.`);
  if (isPng(bytes)) return [decodePng(bytes, name)];
  if (isJpeg(bytes)) return [decodeJpeg(bytes, name)];
  const isIdx = bytes[0] === 0 && bytes[1] === 0;
  const isGzip = bytes[0] === 0x1f && bytes[1] === 0x8b;
  if (!isIdx && !isGzip) throw new UserError(`${name} is no PNG, JPEG or IDX file.`);
  const { dimensions: [count, height, width], values } = await readIdxImages(bytes, name);
  if (count > maxImages) {
    throw new UserError(`${name} holds ${count} images; ${maxImages} are the most.`);
  }
  checkSize(name, width, height);
  const size = width * height;
  return Array.from({ length: count }, (_, i) => {
    return { width, height, pixels: values.subarray(i * size, (i + 1) * size) };
  });
}
