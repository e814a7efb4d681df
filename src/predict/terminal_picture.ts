import type { ImageFormat } from "../data/mod.ts";

const shades = [" ", "░", "▒", "▓", "█"];

/**
 * An image `[height, width]` for a terminal: a line of half blocks in 24-bit gray for each two rows,
 * or a line of shades for each row where there is no colour.
 */
export function terminalPicture(
  image: Uint8Array,
  { height, width }: Pick<ImageFormat, "height" | "width">,
  colour: boolean,
): string {
  const rows = Array.from({ length: height }, (_, y) => {
    return image.subarray(y * width, (y + 1) * width);
  });
  if (!colour) {
    const shade = (gray: number) => shades[Math.round(gray / 255 * (shades.length - 1))].repeat(2);
    return rows.map((row) => Array.from(row, shade).join("").trimEnd()).join("\n");
  }
  const gray = (ground: 38 | 48, value: number) => `${ground};2;${value};${value};${value}`;
  const black = new Uint8Array(width); // below the last row of an odd height
  const line = (upper: Uint8Array, lower: Uint8Array = black) =>
    Array.from(upper, (value, x) => `\x1b[${gray(38, value)};${gray(48, lower[x])}m▀`).join("");
  const pairs = rows.filter((_, y) => y % 2 === 0);
  return pairs.map((row, i) => `${line(row, rows[2 * i + 1])}\x1b[0m`).join("\n");
}
