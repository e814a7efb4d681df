import { eachPlane, type Picture } from "./picture.ts";
import type { Ground } from "./preparation.ts";

/**
 * The picture without transparency: what is transparent becomes ground. Where most of the outermost
 * pixels are transparent, the garment was cut out, and its ground is the one of black and white that
 * it stands out from more, unless `ground` says which. Otherwise holes and rounded corners get the
 * median of the outermost opaque pixels.
 */
export function flatten(picture: Picture, ground: Ground): Picture {
  const { width, height, pixels, alpha } = picture;
  if (alpha === undefined) return { width, height, pixels };
  const edge = edgePlaces(width, height);
  const opaque = edge.filter((place) => alpha[place] >= 128);
  const cutOut = 2 * opaque.length > edge.length ? undefined : cutOutGround(pixels, alpha, ground);
  return eachPlane(picture, ({ pixels }) => {
    const level = cutOut ??
      opaque.map((place) => pixels[place]).sort((a, b) => a - b)[opaque.length >> 1];
    const flat = new Uint8Array(pixels.length);
    for (let i = 0; i < flat.length; i++) {
      flat[i] = (pixels[i] * alpha[i] + level * (255 - alpha[i]) + 127) / 255;
    }
    return { width, height, pixels: flat };
  });
}

/** Black behind what is bright on the whole, white behind the rest. */
function cutOutGround(pixels: Uint8Array, alpha: Uint8Array, ground: Ground): number {
  if (ground !== "auto") return ground === "light" ? 255 : 0;
  let brighter = 0;
  for (let i = 0; i < pixels.length; i++) {
    brighter += alpha[i % alpha.length] * (2 * pixels[i] - 255);
  }
  return brighter > 0 ? 0 : 255;
}

/** The places of the outermost pixels, corners once for each edge they are in. */
export function edgePlaces(width: number, height: number): number[] {
  const places: number[] = [];
  for (let x = 0; x < width; x++) places.push(x, (height - 1) * width + x);
  for (let y = 0; y < height; y++) places.push(y * width, y * width + width - 1);
  return places;
}
