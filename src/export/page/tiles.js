import { fma } from "./exact.js";

/** @typedef {Float32Array<ArrayBuffer>} Numbers */

/**
 * F(tile x tile, 3x3), whose patches have the given side: the transforms G g, B^T d and A^T m of a line
 * as `native/src/kernels/convolution/tiles.rs` has them. A line is the numbers `step` apart from `at` on;
 * its transform takes its place.
 * @typedef {object} Tiles
 * @property {number} tile
 * @property {number} side
 * @property {(u: Numbers, at: number, step: number, g0: number, g1: number, g2: number) => void} filter
 * @property {(d: Numbers, at: number, step: number) => void} input
 * @property {(m: Numbers, at: number, step: number) => void} output
 */

const f32 = Math.fround;

/** @type {Tiles} */
export const tilesOf2 = {
  tile: 2,
  side: 4,
  filter(u, at, step, g0, g1, g2) {
    const ends = f32(g0 + g2);
    u[at] = g0;
    u[at + step] = f32(ends + g1) * 0.5;
    u[at + 2 * step] = f32(ends - g1) * 0.5;
    u[at + 3 * step] = g2;
  },
  input(d, at, step) {
    const d0 = d[at], d1 = d[at + step], d2 = d[at + 2 * step], d3 = d[at + 3 * step];
    d[at] = d0 - d2;
    d[at + step] = d1 + d2;
    d[at + 2 * step] = d2 - d1;
    d[at + 3 * step] = d1 - d3;
  },
  output(m, at, step) {
    const m0 = m[at], m1 = m[at + step], m2 = m[at + 2 * step], m3 = m[at + 3 * step];
    m[at] = f32(m0 + m1) + m2;
    m[at + step] = f32(m1 - m2) - m3;
  },
};

/** The points 0, a, -a, b, -b and infinity of `six_points.rs`, and what is made of them. */
const a = 3 / 4, b = 3 / 2, aa = a * a, bb = b * b;
const ofZero = f32(1 / (aa * bb));
const ofA = f32(1 / (2 * aa * (aa - bb))), ofB = f32(1 / (2 * bb * (bb - aa)));

/** @type {Tiles} */
export const tilesOf4 = {
  tile: 4,
  side: 6,
  filter(u, at, step, g0, g1, g2) {
    const evenA = fma(g2, aa, g0), evenB = fma(g2, bb, g0);
    u[at] = g0 * ofZero;
    u[at + step] = fma(g1, a, evenA) * ofA;
    u[at + 2 * step] = fma(g1, -a, evenA) * ofA;
    u[at + 3 * step] = fma(g1, b, evenB) * ofB;
    u[at + 4 * step] = fma(g1, -b, evenB) * ofB;
    u[at + 5 * step] = g2;
  },
  input(d, at, step) {
    const d0 = d[at], d1 = d[at + step], d2 = d[at + 2 * step];
    const d3 = d[at + 3 * step], d4 = d[at + 4 * step], d5 = d[at + 5 * step];
    const evenA = fma(d2, -bb, d4), oddA = fma(d1, -bb, d3);
    const evenB = fma(d2, -aa, d4), oddB = fma(d1, -aa, d3);
    d[at] = fma(d0, aa * bb, fma(d2, -(aa + bb), d4));
    d[at + step] = fma(oddA, a, evenA);
    d[at + 2 * step] = fma(oddA, -a, evenA);
    d[at + 3 * step] = fma(oddB, b, evenB);
    d[at + 4 * step] = fma(oddB, -b, evenB);
    d[at + 5 * step] = fma(d1, aa * bb, fma(d3, -(aa + bb), d5));
  },
  output(m, at, step) {
    const m0 = m[at], m1 = m[at + step], m2 = m[at + 2 * step];
    const m3 = m[at + 3 * step], m4 = m[at + 4 * step], m5 = m[at + 5 * step];
    const evenA = f32(m1 + m2), oddA = f32(m1 - m2), evenB = f32(m3 + m4), oddB = f32(m3 - m4);
    m[at] = f32(m0 + evenA) + evenB;
    m[at + step] = fma(oddB, b, f32(oddA * a));
    m[at + 2 * step] = fma(evenB, bb, f32(evenA * aa));
    m[at + 3 * step] = fma(oddB, b * bb, fma(oddA, a * aa, m5));
  },
};
