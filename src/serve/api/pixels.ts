import { bytesOf } from "../../data/mod.ts";
import type { SeenFormat } from "../../run/mod.ts";
import { RequestError } from "../request_error.ts";

/**
 * The image `[channels, height, width]` in a list of pixels, flat or nested in that order (a gray
 * one's channel may be left out); `what` names it in the sentence that says what does not fit.
 */
export function pixelsOf(
  list: readonly unknown[],
  format: SeenFormat,
  what: string,
): Uint8Array<ArrayBuffer> {
  const { channels, height, width } = format;
  const pixels = new Uint8Array(bytesOf(format));
  const nested = [channels, height, width];
  const lengths = !Array.isArray(list[0])
    ? [pixels.length]
    : channels === 1 && !Array.isArray((list[0] as unknown[])[0])
    ? nested.slice(1)
    : nested;
  let place = 0;
  const fill = (values: readonly unknown[], depth: number, where: string): void => {
    const length = lengths[depth];
    if (values.length !== length) {
      throw misshapen(
        `${where} has ${values.length} entries, where ${length} are expected`,
        nested,
      );
    }
    const isRow = depth === lengths.length - 1;
    for (let i = 0; i < length; i++) {
      const value = values[i];
      if (isRow) {
        if (typeof value !== "number" || value < 0 || value > 255 || !Number.isInteger(value)) {
          throw new RequestError(
            400,
            `${where}[${i}] must be a whole number from 0 to 255, not ${shown(value)}`,
          );
        }
        pixels[place++] = value;
      } else if (Array.isArray(value)) fill(value, depth + 1, `${where}[${i}]`);
      else throw misshapen(`${where}[${i}] must be a list, not ${shown(value)}`, nested);
    }
  };
  fill(list, 0, what);
  return pixels;
}

const misshapen = (what: string, shape: readonly number[]) =>
  new RequestError(
    400,
    `${what}: an image is a list of ${
      shape.join(" x ")
    } pixels (channels, height, width), flat or nested`,
  );

/** A value of JSON as a sentence quotes it. */
const shown = (value: unknown): string =>
  Array.isArray(value)
    ? "a list"
    : typeof value === "object" && value !== null
    ? "an object"
    : JSON.stringify(value).slice(0, 40);
