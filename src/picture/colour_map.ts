import { markup } from "../html/mod.ts";
import type { Part } from "./picture.ts";
import { type Pixels, pngAddress } from "./png.ts";

/**
 * Cividis from its darkest blue over gray to yellow: its lightness rises evenly, so that it tells
 * the same to colour-blind people and in grey. Nuñez, Anderton and Renslow (2018),
 * doi:10.1371/journal.pone.0199239.
 */
const cividis = [
  [0, 34, 78],
  [18, 53, 112],
  [59, 73, 108],
  [87, 93, 109],
  [112, 113, 115],
  [138, 134, 120],
  [165, 156, 116],
  [195, 179, 105],
  [225, 204, 85],
  [254, 232, 56],
];

/** The colour of a share from 0 to 1 as red, green and blue bytes. */
export function cividisColour(share: number): number[] {
  const place = Math.min(1, Math.max(0, share)) * (cividis.length - 1);
  const below = Math.min(cividis.length - 2, Math.floor(place));
  const above = cividis[below + 1];
  return cividis[below].map((byte, i) => Math.round(byte + (above[i] - byte) * (place - below)));
}

/** Values as colours: `-bound` is blue, 0 gray, `bound` yellow. */
export function signedPixels(
  values: ArrayLike<number>,
  width: number,
  height: number,
  bound: number,
): Pixels {
  const share = (value: number) => bound > 0 ? 0.5 + value / (2 * bound) : 0.5;
  const colours = Array.from(values, (value) => cividisColour(share(value)));
  return { data: Uint8Array.from(colours.flat()), width, height };
}

/** Values from 0 to `bound` as gray: 0 is black. Roots bring out what is small. */
export function grayPixels(
  values: ArrayLike<number>,
  width: number,
  height: number,
  bound: number,
): Pixels {
  const gray = (value: number) =>
    bound > 0 ? Math.round(255 * Math.sqrt(Math.min(1, Math.max(0, value) / bound))) : 0;
  return { data: Uint8Array.from(values, gray), width, height };
}

/** The distance from 0 that 99 of 100 values do not exceed: a scale that one value cannot stretch. */
export function commonMagnitude(values: ArrayLike<number>): number {
  const sorted = Float64Array.from(values, Math.abs).sort();
  return sorted[Math.ceil(sorted.length * 0.99) - 1] ?? 0;
}

/** The legend of `signedPixels`: colours from `-bound` to `bound`, and what they mean. */
export function signedScale(bound: number, low: string, high: string): Part {
  const steps = Array.from({ length: 65 }, (_, i) => i - 32);
  const address = pngAddress(signedPixels(steps, steps.length, 1, 32));
  return (width) => {
    const length = Math.min(420, width - 8);
    const words = (line: number, ...texts: string[]) =>
      texts.map((text, i) => {
        const place = i / (texts.length - 1);
        const anchor = ["start", "middle", "end"][2 * place];
        return markup`<text x="${4 + place * length}" y="${
          38 + 17 * line
        }" text-anchor="${anchor}">${text}</text>`;
      });
    const bar = markup`<image x="4" y="6" width="${length}" height="14" href="${address}"\
 preserveAspectRatio="none"/>`;
    const end = bound.toPrecision(2);
    return {
      svg: markup`${bar}${words(0, `−${end}`, "0", end)}${words(1, low, high)}`,
      height: 66,
    };
  };
}
