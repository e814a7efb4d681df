import { type Picture, type Preparation, prepare, scaled } from "../image/mod.ts";
import type { SeenFormat } from "../run/mod.ts";

/** The image that a model of that format sees of a picture, `[channels, height, width]`. */
export function seenImage(
  picture: Picture,
  { isScaled, width, height }: SeenFormat,
  preparation: Preparation = {},
): Uint8Array<ArrayBuffer> {
  return isScaled ? scaled(picture, width, height) : prepare(picture, preparation);
}
