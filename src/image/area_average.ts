import type { Picture } from "./picture.ts";

/** A part of a picture in pixels: from `left` and `top` on, before `right` and `bottom`. */
export interface Box {
  readonly left: number;
  readonly top: number;
  readonly right: number;
  readonly bottom: number;
}

/**
 * Scales a part of a picture to `width` x `height` by area averaging: each new pixel is the mean of
 * what its rectangle covers, pixels at its edges counted by the part that it covers, rounded half
 * up. All sums are whole numbers below 2^53, so that the result is exact; it works both ways.
 */
export function areaAverage(
  picture: Picture,
  { left, top, right, bottom }: Box,
  width: number,
  height: number,
): Picture {
  const columns = right - left;
  const rows = bottom - top;
  const across = new Float64Array(width);
  const sums = new Float64Array(width);
  const pixels = new Uint8Array(width * height);
  const area = columns * rows;
  let row = 0;
  for (let y = 0; y < height; y++) {
    // In units of 1 / height of a row, new pixel y covers the rows from y * rows on.
    const [from, to] = [y * rows, (y + 1) * rows];
    sums.fill(0);
    for (row = Math.floor(from / height); row * height < to; row++) {
      const weight = Math.min(to, (row + 1) * height) - Math.max(from, row * height);
      sumAcross(picture, (top + row) * picture.width + left, columns, across);
      for (let x = 0; x < width; x++) sums[x] += weight * across[x];
    }
    for (let x = 0; x < width; x++) {
      pixels[y * width + x] = Math.floor((2 * sums[x] + area) / (2 * area));
    }
  }
  return { width, height, pixels };
}

/** Sums of one row: `out[x]` covers the columns from x * columns on, in units of 1 / out.length. */
function sumAcross(
  { pixels }: Picture,
  start: number,
  columns: number,
  out: Float64Array,
): void {
  const width = out.length;
  if (width === columns) {
    for (let x = 0; x < width; x++) out[x] = width * pixels[start + x];
    return;
  }
  for (let x = 0; x < width; x++) {
    const [from, to] = [x * columns, (x + 1) * columns];
    const first = Math.floor(from / width);
    const last = Math.floor((to - 1) / width);
    if (first === last) {
      out[x] = columns * pixels[start + first];
      continue;
    }
    let whole = 0;
    for (let column = first + 1; column < last; column++) whole += pixels[start + column];
    out[x] = ((first + 1) * width - from) * pixels[start + first] + width * whole +
      (to - last * width) * pixels[start + last];
  }
}
