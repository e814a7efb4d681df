import type { Point } from "./coverage.ts";

/**
 * One piece of a garment: a polygon in a square from (-1, -1), top left, to (1, 1). `tone` 0 is
 * the fabric itself; less is darker, more is lighter, down to -1 (black) and up to 1 (white).
 * `hole` shows the background.
 */
export interface Piece {
  readonly corners: readonly Point[];
  readonly tone: number;
  readonly hole?: boolean;
}

/** A garment is its pieces, the hindmost first. */
export type Garment = readonly Piece[];

/** A piece of fabric. */
export const piece = (tone: number, ...corners: readonly Point[]): Piece => ({ corners, tone });

/** A piece where the background shows. */
export const hole = (...corners: readonly Point[]): Piece => ({ corners, tone: 0, hole: true });

/** A symmetrical piece, of its right outline from top to bottom. */
export const mirrored = (tone: number, ...right: readonly Point[]): Piece => ({
  tone,
  corners: [...right, ...right.map(([x, y]): Point => [-x, y]).reverse()],
});

/** Both of a pair: the piece and its mirror image. */
export const pair = (tone: number, ...right: readonly Point[]): Piece[] => [
  { tone, corners: right },
  { tone, corners: right.map(([x, y]): Point => [-x, y]) },
];

/** A straight band of constant width from one point to another. */
export function band(tone: number, width: number, [x0, y0]: Point, [x1, y1]: Point): Piece {
  const dx = x1 - x0;
  const dy = y1 - y0;
  const half = 0.5 * width / Math.sqrt(dx * dx + dy * dy);
  const [nx, ny] = [-dy * half, dx * half];
  return piece(tone, [x0 + nx, y0 + ny], [x1 + nx, y1 + ny], [x1 - nx, y1 - ny], [
    x0 - nx,
    y0 - ny,
  ]);
}
