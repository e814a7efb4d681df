/**
 * The arithmetic of the native library in plain JavaScript, for one image: the same sums in the same
 * order (`native/src/kernels`), so that a page in a browser has the bits of `predict`. A browser has no
 * fused multiply-add, but f64: a product of two f32 is exact there, and a sum differs from the one that
 * is rounded once only where f64 rounds it to the middle of two f32.
 */

/** @typedef {Float32Array<ArrayBuffer>} Numbers */

const f32 = Math.fround;

/**
 * a b + c of f32, rounded once.
 * @param {number} a @param {number} b @param {number} c
 */
export function fma(a, b, c) {
  const product = a * b, sum = product + c, rounded = f32(sum), rest = sum - rounded;
  const isMiddle = rest !== 0 && f32(sum + rest) === sum + rest;
  return isMiddle ? fromMiddle(product, c, sum, rounded) : rounded;
}

/**
 * A sum that f64 has rounded to the middle of two f32, rounded by what f64 lost of it (Knuth's TwoSum).
 * @param {number} a @param {number} b @param {number} sum @param {number} even The f32 with an even end.
 */
function fromMiddle(a, b, sum, even) {
  const part = sum - a;
  const lost = (a - (sum - part)) + (b - part);
  const odd = sum + (sum - even);
  return lost !== 0 && (lost > 0) === (odd > even) ? odd : even;
}

/**
 * y[j] = fma(x[from + j step], weight, y[j]) for a row.
 * @param {Numbers} y @param {number} weight @param {Numbers} x @param {number} from @param {number} step
 * @param {number} [to] @param {number} [count]
 */
export function addProducts(y, weight, x, from, step, to = 0, count = y.length) {
  for (let j = 0; j < count; j++) {
    const before = y[to + j];
    const product = x[from + j * step] * weight, sum = product + before;
    const rounded = f32(sum), rest = sum - rounded;
    const isMiddle = rest !== 0 && f32(sum + rest) === sum + rest;
    y[to + j] = isMiddle ? fromMiddle(product, before, sum, rounded) : rounded;
  }
}

/**
 * The sum of `count` terms in sixteen partials, joined by a tree: `add(total, j)` adds term j.
 * @param {number} count @param {(total: number, j: number) => number} add
 */
export function partialSum(count, add) {
  const partials = new Float32Array(16);
  for (let j = 0; j < count; j++) partials[j % 16] = add(partials[j % 16], j);
  for (let half = 8; half >= 1; half /= 2) {
    for (let i = 0; i < half; i++) partials[i] += partials[i + half];
  }
  return partials[0];
}
