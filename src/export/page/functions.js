import { fma } from "./exact.js";

/** The elementary functions of `native/src/kernels/math.rs`, in f32. */

const f32 = Math.fround;

const bits = new Int32Array(2);
const number = new Float64Array(bits.buffer);

/** 2^n by its bits: engines differ in what they make of powers. @param {number} n */
function powerOfTwo(n) {
  bits[1] = (n + 1023) << 20; // every browser's processor keeps the low bytes first
  return number[0];
}

/** e^r - 1 for small r. @param {number} r */
function seriesOfExp(r) {
  let sum = 1;
  for (let n = 7; n >= 2; n--) sum = fma(f32(sum * f32(1 / n)), r, 1);
  return f32(sum * r);
}

/** x = n ln 2 + r. @param {number} x @returns {[n: number, r: number]} */
function reduced(x) {
  const scaled = f32(x * f32(Math.LOG2E));
  const n = roundedToEven(scaled);
  return [n, fma(n, f32(2.1219444005469058e-4), fma(n, -0.693359375, x))];
}

/** @param {number} x */
function roundedToEven(x) {
  const floor = Math.floor(x), part = x - floor;
  return part < 0.5 || (part === 0.5 && floor % 2 === 0) ? floor : floor + 1;
}

/** @param {number} x */
export function exp(x) {
  if (Number.isNaN(x)) return x;
  const [n, r] = reduced(Math.max(-105, Math.min(89.5, x)));
  return f32(f32(seriesOfExp(r) + 1) * powerOfTwo(n));
}

/** e^x - 1 for x in [-80, 80]. @param {number} x */
export function expMinusOne(x) {
  const [n, r] = reduced(x);
  const power = powerOfTwo(n);
  return fma(power, seriesOfExp(r), f32(power - 1));
}

/** ln(1 + x) for x in [0, 1]. @param {number} x */
export function lnOnePlus(x) {
  const isLarge = f32(Math.SQRT2 - 1) < x;
  const f = isLarge ? f32(f32(x - 1) * 0.5) : x;
  const exponent = isLarge ? 1 : 0;
  const s = f32(f / f32(f + 2)), square = f32(s * s);
  let sum = 0;
  for (let n = 5; n >= 1; n--) sum = fma(sum, square, f32(2 / (2 * n + 1)));
  const small = f32(f32(sum * square) * s);
  const tail = fma(exponent, f32(-2.1219444005469058e-4), small);
  return fma(exponent, 0.693359375, f32(f32(s + s) + tail));
}

/** @param {number} x */
export function tanh(x) {
  if (x === 0) return x;
  const size = Math.min(22, Math.abs(x));
  const minusOne = expMinusOne(f32(size + size));
  const result = f32(minusOne / f32(minusOne + 2));
  return x < 0 ? -result : result;
}

/** @param {number} x */
export const sigmoid = (x) => f32(1 / f32(1 + exp(-x)));

const above = [
  1.1283791394,
  0.1935467029,
  0.0531017880,
  0.003883350216,
  2.845556382e-4,
  1.986646148e-6,
];
const below = [1, 0.5048588571, 0.1153505152, 0.01520729296, 0.001185551867, 3.741819648e-5];

/** @param {number} x */
export function erf(x) {
  const size = Math.abs(x);
  if (size > 4) return x < 0 ? -1 : 1;
  const square = f32(size * size);
  let [p, q] = [f32(above[5]), f32(below[5])];
  for (let n = 4; n >= 0; n--) {
    p = fma(p, square, f32(above[n]));
    q = fma(q, square, f32(below[n]));
  }
  const result = f32(size * f32(p / q));
  return x < 0 ? -result : result;
}
