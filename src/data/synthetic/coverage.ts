/** A corner of a polygon. */
export type Point = readonly [x: number, y: number];

const margin = 12;

/**
 * How much of each pixel of a square image a polygon covers, exactly: each edge adds its area and
 * its height to the cells it passes, and a sum along each row does the rest (Raph Levien's
 * font-rs, 2016). Only + - * / and floor.
 */
export class Coverage {
  /** Covered part of each pixel `[size, size]`, in [0, 1]; of the rows from `top` to `bottom` only. */
  readonly values: Float64Array;
  /** The first row that is covered, and the one after the last. */
  top = 0;
  bottom = 0;
  readonly #stride: number;
  readonly #cells: Float64Array;

  constructor(readonly size: number) {
    this.#stride = size + 2 * margin + 2;
    this.#cells = new Float64Array(this.#stride * size);
    this.values = new Float64Array(size * size);
  }

  /**
   * Replaces `values` by those of the polygon with these corners in pixels; what lies outside the
   * image is cut off.
   */
  fill(corners: readonly Point[]): void {
    this.#findRows(corners);
    this.#cells.fill(0, this.top * this.#stride, this.bottom * this.#stride);
    for (let i = 0; i < corners.length; i++) {
      const [x0, y0] = corners[i];
      const [x1, y1] = corners[(i + 1) % corners.length];
      if (y0 < y1) this.#edge(this.#column(x0), y0, this.#column(x1), y1, 1);
      if (y0 > y1) this.#edge(this.#column(x1), y1, this.#column(x0), y0, -1);
    }
    for (let row = this.top; row < this.bottom; row++) {
      let sum = 0;
      for (let column = -margin; column < this.size; column++) {
        sum += this.#cells[row * this.#stride + column + margin];
        if (column >= 0) {
          const covered = Math.abs(sum);
          this.values[row * this.size + column] = covered < 1 ? covered : 1;
        }
      }
    }
  }

  #findRows(corners: readonly Point[]): void {
    let low = this.size;
    let high = 0;
    for (const [, y] of corners) {
      if (y < low) low = y;
      if (y > high) high = y;
    }
    this.top = low < 0 ? 0 : Math.floor(low);
    this.bottom = high > this.size ? this.size : Math.ceil(high);
  }

  #column(x: number): number {
    if (x < -margin) return 0;
    return x > this.size + margin ? this.size + 2 * margin : x + margin;
  }

  #edge(x0: number, y0: number, x1: number, y1: number, direction: number): void {
    const slope = (x1 - x0) / (y1 - y0);
    const first = y0 < 0 ? 0 : Math.floor(y0);
    let x = y0 < 0 ? x0 - y0 * slope : x0;
    for (let row = first; row < this.size && row < y1; row++) {
      const height = (row + 1 < y1 ? row + 1 : y1) - (row > y0 ? row : y0);
      const next = x + slope * height;
      this.#step(row * this.#stride, x < next ? x : next, x < next ? next : x, height * direction);
      x = next;
    }
  }

  /** Adds the part of an edge within one row, from column `left` to column `right`. */
  #step(start: number, left: number, right: number, height: number): void {
    const first = Math.floor(left);
    const last = Math.floor(right);
    const cells = this.#cells;
    if (first === last) {
      const outside = 0.5 * (left + right) - first;
      cells[start + first] += height * (1 - outside);
      cells[start + first + 1] += height * outside;
      return;
    }
    const share = height / (right - left);
    let before = 0;
    for (let column = first; column <= last; column++) {
      const from = (left > column ? left : column) - column;
      const to = (right < column + 1 ? right : column + 1) - column;
      // Area to the right of the edge inside this cell, plus what earlier columns have made full.
      const area = share * (to - from) * (1 - 0.5 * (from + to));
      const full = share * (to - from);
      cells[start + column] += before + area;
      before = full - area;
    }
    cells[start + last + 1] += before;
  }
}
