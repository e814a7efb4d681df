/** A point of a curve. */
export interface Point {
  readonly epoch: number;
  readonly value: number;
}

/** Pieces of a long curve: more than a screen has pixels for them in a chart. */
const pieces = 500;

/**
 * The points of a curve that can be seen: all of a short one, and of a long one the first, the
 * last, the lowest and the highest of each piece.
 */
export function thinned<P extends Point>(points: readonly P[]): readonly P[] {
  if (points.length <= 4 * pieces) return points;
  const seen: P[] = [];
  for (let i = 0; i < pieces; i++) {
    const start = Math.floor(i * points.length / pieces);
    const piece = points.slice(start, Math.floor((i + 1) * points.length / pieces));
    const low = piece.reduce((a, b) => b.value < a.value ? b : a);
    const high = piece.reduce((a, b) => b.value > a.value ? b : a);
    const chosen = new Set([piece[0], low, high, piece[piece.length - 1]]);
    seen.push(...[...chosen].sort((a, b) => a.epoch - b.epoch));
  }
  return seen;
}
