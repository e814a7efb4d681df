import type { ImageFormat } from "../data/mod.ts";
import { interleaved } from "../image/mod.ts";

const shades = [" ", "░", "▒", "▓", "█"];

/**
 * An image `[channels, height, width]` for a terminal: a line of half blocks in 24-bit colours for
 * each two rows, or a line of shades for each row where there is no colour.
 */
export function terminalPicture(
  image: Uint8Array<ArrayBuffer>,
  { channels, height, width }: Omit<ImageFormat, "classes">,
  colour: boolean,
): string {
  const pixels = interleaved(image, channels);
  const rows = Array.from({ length: height }, (_, y) =>
    Array.from({ length: width }, (_, x) => {
      const at = channels * (y * width + x);
      return channels === 1
        ? [pixels[at], pixels[at], pixels[at]]
        : [...pixels.subarray(at, at + 3)];
    }));
  if (!colour) {
    const shade = ([red, green, blue]: number[]) =>
      shades[Math.round((red + green + blue) / 765 * (shades.length - 1))].repeat(2);
    return rows.map((row) => row.map(shade).join("").trimEnd()).join("\n");
  }
  const code = (ground: 38 | 48, colours: number[]) => `${ground};2;${colours.join(";")}`;
  const black = Array.from({ length: width }, () => [0, 0, 0]); // below the last of odd rows
  const line = (upper: number[][], lower = black) =>
    upper.map((value, x) => `\x1b[${code(38, value)};${code(48, lower[x])}m▀`).join("");
  const pairs = rows.filter((_, y) => y % 2 === 0);
  return pairs.map((row, i) => `${line(row, rows[2 * i + 1])}\x1b[0m`).join("\n");
}
