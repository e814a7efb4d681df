import { imageSize } from "../image/mod.ts";

const shades = [" ", "░", "▒", "▓", "█"];

/**
 * An image `[28, 28]` for a terminal: 14 lines of half blocks in 24-bit gray, or 28 lines of shades
 * where there is no colour.
 */
export function terminalPicture(image: Uint8Array, colour: boolean): string {
  const rows = Array.from({ length: imageSize }, (_, y) => {
    return image.subarray(y * imageSize, (y + 1) * imageSize);
  });
  if (!colour) {
    const shade = (gray: number) => shades[Math.round(gray / 255 * (shades.length - 1))].repeat(2);
    return rows.map((row) => Array.from(row, shade).join("").trimEnd()).join("\n");
  }
  const gray = (ground: 38 | 48, value: number) => `${ground};2;${value};${value};${value}`;
  const line = (upper: Uint8Array, lower: Uint8Array) =>
    Array.from(upper, (value, x) => `\x1b[${gray(38, value)};${gray(48, lower[x])}m▀`).join("");
  const pairs = rows.filter((_, y) => y % 2 === 0);
  return pairs.map((row, i) => `${line(row, rows[2 * i + 1])}\x1b[0m`).join("\n");
}
