import { areaAverage } from "./area_average.ts";
import type { Picture } from "./picture.ts";
import { flatten } from "./transparency.ts";

/** A picture without transparency, scaled to `width` x `height` by area averaging, and nothing else. */
export function scaled(picture: Picture, width: number, height: number): Uint8Array<ArrayBuffer> {
  const flat = flatten(picture, "auto");
  if (flat.width === width && flat.height === height) return flat.pixels;
  const whole = { left: 0, top: 0, right: flat.width, bottom: flat.height };
  return areaAverage(flat, whole, width, height).pixels;
}
