import type { Image } from "./events.ts";
import { textDots, textHeight, textWidth } from "./pixel_text.ts";

type Colour = readonly [red: number, green: number, blue: number];

const ink: Colour = [28, 31, 35];
const muted: Colour = [91, 100, 112];
const paper: Colour = [255, 255, 255];
const full: Colour = [11, 79, 138];

/** Pixels a dot of text, and of a cell of the matrix. */
const dot = 2;
const cellWidth = 40;
const cellHeight = 24;
const gap = 6;

/** What rows and columns are. */
const [down, across] = ["class", "predicted"];

/** Counts `[class][prediction]` as a picture for TensorBoard: a row for each class, darker the larger its share. */
export async function confusionImage(
  counts: readonly (readonly number[])[],
  classes: readonly string[],
): Promise<Image> {
  const { encode } = await import("fast-png"); // only a finished run needs it
  const labels = Math.max(...[...classes, across].map(textWidth)) * dot + 2 * gap;
  const width = labels + classes.length * cellWidth + 1;
  const height = labels + classes.length * cellHeight + 1;
  const pixels = new Pixels(width, height);
  const middle = (size: number, room: number) => Math.floor((room - size) / 2);
  const rise = middle(textHeight * dot, cellHeight);
  counts.forEach((row, label) => {
    const y = labels + label * cellHeight;
    pixels.text(classes[label], gap, y + rise, ink);
    const total = row.reduce((sum, count) => sum + count, 0);
    row.forEach((count, prediction) => {
      const x = labels + prediction * cellWidth;
      const strength = total === 0 ? 0 : Math.sqrt(count / total);
      pixels.fill(x, y, cellWidth + 1, cellHeight + 1, mixed(paper, ink, 0.2));
      pixels.fill(x + 1, y + 1, cellWidth - 1, cellHeight - 1, mixed(paper, full, strength));
      const text = count === 0 ? "" : String(count);
      const indent = middle(textWidth(text) * dot, cellWidth);
      pixels.text(text, x + indent, y + rise, strength > 0.72 ? paper : ink);
    });
  });
  pixels.text(down, gap, labels - textHeight * dot - gap, muted);
  pixels.text(across, labels - textWidth(across) * dot - gap, gap, muted);
  classes.forEach((name, prediction) => {
    const x = labels + prediction * cellWidth + middle(textHeight * dot, cellWidth);
    pixels.upwards(name, x, labels - gap, ink);
  });
  return {
    name: "confusion_matrix",
    width,
    height,
    png: encode({ width, height, data: pixels.data, channels: 3 }),
  };
}

/** `share` of `to` in `from`. */
function mixed(from: Colour, to: Colour, share: number): Colour {
  const part = (i: 0 | 1 | 2) => Math.round(from[i] + (to[i] - from[i]) * share);
  return [part(0), part(1), part(2)];
}

/** A picture that is painted, `[height, width, 3]`. */
class Pixels {
  readonly data: Uint8Array;

  constructor(readonly width: number, height: number) {
    this.data = new Uint8Array(width * height * 3).fill(255);
  }

  fill(x: number, y: number, width: number, height: number, colour: Colour): void {
    for (let row = y; row < y + height; row++) {
      for (let column = x; column < x + width; column++) {
        this.data.set(colour, (row * this.width + column) * 3);
      }
    }
  }

  text(text: string, x: number, y: number, colour: Colour): void {
    for (const [column, row] of textDots(text)) {
      this.fill(x + column * dot, y + row * dot, dot, dot, colour);
    }
  }

  /** Text that is read from below; it ends above `y`. */
  upwards(text: string, x: number, y: number, colour: Colour): void {
    for (const [column, row] of textDots(text)) {
      this.fill(x + row * dot, y - (column + 1) * dot, dot, dot, colour);
    }
  }
}
