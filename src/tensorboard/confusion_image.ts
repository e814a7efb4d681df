import { encodePng } from "../image/mod.ts";
import type { Image } from "./events.ts";

/** Pixels of a cell's side. */
const side = 24;

/** The colour of a cell that holds all of its row; an empty cell is white. */
const full = [11, 79, 138];

/**
 * Counts `[class][prediction]` as a picture: the darker a cell, the larger its share of its row. A
 * root brings out what is small.
 */
export function confusionImage(counts: readonly (readonly number[])[]): Image {
  const colours = counts.map((row) => {
    const total = row.reduce((sum, count) => sum + count, 0);
    return row.map((count) => {
      const strength = total === 0 ? 0 : Math.sqrt(count / total);
      return full.map((channel) => Math.round(255 + (channel - 255) * strength));
    });
  });
  const size = side * counts.length;
  const pixels = new Uint8Array(3 * size * size);
  for (let i = 0; i < size * size; i++) {
    const [label, prediction] = [Math.floor(i / size / side), Math.floor(i % size / side)];
    pixels.set(colours[label][prediction], 3 * i);
  }
  const png = encodePng(pixels, size, 3);
  return { name: "confusion_matrix", width: size, height: size, png };
}
