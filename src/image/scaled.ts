import { areaAverage } from "./area_average.ts";
import { eachPlane, type Picture } from "./picture.ts";
import { flatten } from "./transparency.ts";

/**
 * The pixels `[channels, height, width]` of a picture without transparency, scaled by area averaging.
 */
export function scaled(picture: Picture, width: number, height: number): Uint8Array<ArrayBuffer> {
  const flat = flatten(picture, "auto");
  if (flat.width === width && flat.height === height) return flat.pixels;
  const whole = { left: 0, top: 0, right: flat.width, bottom: flat.height };
  return eachPlane(flat, (plane) => areaAverage(plane, whole, width, height)).pixels;
}
