import { fma, partialSum } from "./exact.js";

/** @import { Form, Layer, Value } from "./forward.js" */

const f32 = Math.fround;

/**
 * Mean and variance of terms: blocks of 1,024, each about its own mean (Chan, Golub and LeVeque, 1983).
 * @param {number} count @param {(j: number) => number} term @param {boolean} aboutZero
 */
function moments(count, term, aboutZero) {
  let [n, mean, squares] = [0, 0, 0];
  for (let start = 0; start < count; start += 1024) {
    const terms = Math.min(1024, count - start);
    const at = (/** @type {number} */ j) => term(start + j);
    let block;
    if (aboutZero) {
      block = [0, partialSum(terms, (total, j) => fma(at(j), at(j), total))];
    } else {
      const pivot = f32(partialSum(terms, (total, j) => f32(total + at(j))) / terms);
      const apart = (/** @type {number} */ j) => f32(at(j) - pivot);
      const sum = partialSum(terms, (total, j) => f32(total + apart(j)));
      const square = partialSum(terms, (total, j) => fma(apart(j), apart(j), total));
      block = [pivot + sum / terms, square - sum * sum / terms];
    }
    const all = n + terms, between = block[0] - mean, share = terms / all;
    squares = n === 0 ? block[1] : squares + block[1] + between * between * n * share;
    mean = n === 0 ? block[0] : mean + between * share;
    n = all;
  }
  const variance = squares / n;
  return { mean, variance: variance < 0 ? 0 : variance };
}

/**
 * How terms become deviations from their mean in units of the deviation.
 * @param {number} count @param {(j: number) => number} term @param {number} epsilon @param {boolean} aboutZero
 */
function centred(count, term, epsilon, aboutZero = false) {
  const { mean, variance } = moments(count, term, aboutZero);
  const centre = f32(mean);
  return { centre, rest: mean - centre, inverse: 1 / Math.sqrt(variance + epsilon) };
}

/**
 * Layer norm of rows whose terms are `apart` apart.
 * @param {Value} x @param {Layer} layer @param {number} features @param {number} apart
 * @param {boolean} aboutZero
 */
export function normalized(
  { data, shape },
  { epsilon, tensors: { weight, bias } },
  features,
  apart,
  aboutZero,
) {
  const y = new Float32Array(data.length);
  for (let row = 0; row < data.length / features; row++) {
    const first = apart === 1 ? row * features : row;
    const term = (/** @type {number} */ j) => data[first + j * apart];
    const { centre, rest, inverse } = centred(features, term, epsilon, aboutZero);
    const [scale, shift] = [f32(inverse), f32(-rest * inverse)];
    for (let j = 0; j < features; j++) {
      const z = fma(f32(term(j) - centre), scale, shift);
      y[first + j * apart] = bias === undefined ? z * weight[j] : fma(z, weight[j], bias[j]);
    }
  }
  return { data: y, shape };
}

/** @type {Form} */
export const batchNorm = ({ data, shape }, { epsilon, features, tensors }) => {
  const { weight, bias, running_mean: mean, running_var: variance } = tensors;
  const terms = data.length / features;
  return {
    data: data.map((x, i) => {
      const c = Math.floor(i / terms);
      const scale = weight[c] / Math.sqrt(variance[c] + epsilon);
      return fma(x, f32(scale), f32(bias[c] - mean[c] * scale));
    }),
    shape,
  };
};

/** @type {Form} */
export const groupNorm = (
  { data, shape },
  { epsilon, groups, channels, tensors: { weight, bias } },
) => {
  const [of, run] = [data.length / groups, data.length / channels];
  const y = new Float32Array(data.length);
  for (let group = 0; group < groups; group++) {
    const { centre, rest, inverse } = centred(of, (j) => data[group * of + j], epsilon);
    for (let i = group * of; i < (group + 1) * of; i++) {
      const c = Math.floor(i / run);
      const scale = weight[c] * inverse;
      y[i] = fma(f32(data[i] - centre), f32(scale), f32(bias[c] - rest * scale));
    }
  }
  return { data: y, shape };
};
