import { UserError } from "../errors.ts";
import { readPackedIdx } from "../storage/mod.ts";
import { type ImageFormat, type ImageSet, imageSet } from "./image_set.ts";

/**
 * Reads a pair of IDX files, plain or gzipped, into an {@linkcode ImageSet}: images `[count, height,
 * width]` of one channel and labels `[count]`. Throws {@linkcode UserError} where either is damaged
 * or of another shape, the counts differ or a label is no class.
 */
export async function readImageSet(
  name: string,
  images: { readonly name: string; readonly bytes: Uint8Array<ArrayBuffer> },
  labels: { readonly name: string; readonly bytes: Uint8Array<ArrayBuffer> },
  format: ImageFormat,
): Promise<ImageSet> {
  const pixels = await readPackedIdx(images.bytes, images.name, 3);
  const [count, height, width] = pixels.dimensions;
  if (height !== format.height || width !== format.width) {
    throw new UserError(
      `${images.name} holds images of ${height} x ${width} instead of ` +
        `${format.height} x ${format.width}.`,
    );
  }
  if (count === 0) throw new UserError(`${images.name} holds no images.`);
  const { values } = await readPackedIdx(labels.bytes, labels.name, 1);
  if (values.length !== count) {
    throw new UserError(
      `${images.name} holds ${count} images, but ${labels.name} ${values.length} labels.`,
    );
  }
  const wrong = values.findIndex((label) => label >= format.classes.length);
  if (wrong >= 0) {
    throw new UserError(
      `${labels.name} has label ${values[wrong]} at ${wrong}; labels are 0 to ${
        format.classes.length - 1
      }.`,
    );
  }
  return imageSet(name, pixels.values, values, format);
}
