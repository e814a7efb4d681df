import { convolution } from "./convolution.js";
import { fma } from "./exact.js";
import { erf, exp, expMinusOne, lnOnePlus, sigmoid, tanh } from "./functions.js";
import { batchNorm, groupNorm, normalized } from "./normalization.js";
import { pooling } from "./windows.js";

/** What a layer takes and gives for one image. @typedef {{ data: Float32Array<ArrayBuffer>, shape: readonly number[] }} Value */

/**
 * A layer as data: its kind, its numbers, its tensors and the layers in it.
 * @typedef {{ kind: string, tensors: Record<string, Float32Array<ArrayBuffer>>, layers: Layer[], [number: string]: any }} Layer
 */

/** @typedef {(x: Value, layer: Layer) => Value} Form */

const f32 = Math.fround;

/** @param {(x: number, layer: Layer) => number} call @returns {Form} */
const elementwise = (call) => ({ data, shape }, layer) => ({
  data: data.map((x) => call(x, layer)),
  shape,
});

/** @param {number} x */
const relu = (x) => x <= 0 ? 0 : x;

/**
 * @param {Value} x @param {Layer} layer
 * @returns {Value}
 */
function linear({ data }, { inputs, outputs, tensors: { weight, bias } }) {
  const y = new Float32Array(outputs);
  for (let o = 0; o < outputs; o++) {
    for (let start = 0; start < inputs; start += 64) {
      let sum = start === 0 && bias !== undefined ? bias[o] : 0;
      const end = Math.min(inputs, start + 64);
      for (let k = start; k < end; k++) sum = fma(data[k], weight[o * inputs + k], sum);
      y[o] = start === 0 ? sum : y[o] + sum;
    }
  }
  return { data: y, shape: [outputs] };
}

/**
 * Layers one after the other; a batch norm is folded into the layer before it, as evaluation does.
 * @param {readonly Layer[]} layers @param {Value} x
 */
function sequence(layers, x) {
  const folds =
    /** @type {Record<string, string>} */ ({ conv2d: "batchNorm2d", linear: "batchNorm1d" });
  let value = x;
  for (let place = 0; place < layers.length; place++) {
    const layer = layers[place], after = layers[place + 1];
    const isFolded = after !== undefined && folds[layer.kind] === after.kind;
    value = forward(isFolded ? folded(layer, after) : layer, value);
    if (isFolded) place++;
  }
  return value;
}

/** @param {Layer} layer @param {Layer} norm @returns {Layer} */
function folded(layer, { epsilon, tensors }) {
  const { weight, bias, running_mean: mean, running_var: variance } = tensors;
  const { weight: own, bias: old } = layer.tensors;
  const of = own.length / weight.length;
  const scales = weight.map((w, o) => w / f32(Math.sqrt(f32(variance[o] + f32(epsilon)))));
  const biases = bias.map((b, o) =>
    f32(f32(old === undefined ? -mean[o] : old[o] - mean[o]) * scales[o]) + b
  );
  const weights = own.map((w, i) => w * scales[Math.floor(i / of)]);
  return { ...layer, bias: true, tensors: { weight: weights, bias: biases } };
}

/** @param {Value} a @param {Value} b @returns {Value} */
const sum = (a, b) => ({ data: a.data.map((x, i) => x + b.data[i]), shape: a.shape });

/** What a layer of each kind does to one image. @type {Readonly<Record<string, Form>>} */
export const forms = {
  relu: elementwise(relu),
  gelu: elementwise((x) => x * f32(0.5 * f32(erf(f32(x * f32(Math.SQRT1_2))) + 1))),
  silu: elementwise((x) => x * sigmoid(x)),
  tanh: elementwise(tanh),
  sigmoid: elementwise(sigmoid),
  hardswish: elementwise((x) => x * f32(Math.min(Math.max(f32(x + 3), 0), 6) * f32(1 / 6))),
  mish: elementwise((x) => {
    const limited = Math.min(x, 20), e = exp(limited), n = f32(e * f32(e + 2));
    return x * f32(n / f32(n + 2));
  }),
  leakyRelu: elementwise((x, { negativeSlope }) => x > 0 ? x : f32(negativeSlope) * x),
  elu: elementwise((x, { alpha }) =>
    x <= 0 ? f32(alpha) * expMinusOne(Math.max(Math.min(x, 0), -80)) : x
  ),
  softplus: elementwise((x, { beta, threshold }) => {
    const t = f32(f32(beta) * x);
    const rest = lnOnePlus(exp(-Math.abs(t)));
    return f32(threshold) < t ? x : f32(Math.max(t, 0) + rest) / f32(beta);
  }),
  flatten: ({ data }) => ({ data, shape: [data.length] }),
  dropout: (x) => x,
  linear,
  conv2d: (x, layer) =>
    convolution(x, layer.tensors.weight, layer.tensors.bias, /** @type {any} */ (layer)),
  maxPool2d: pooling(-Infinity, (total, x) => total < x ? x : total, (total) => total),
  avgPool2d: pooling(0, (total, x) => f32(total + x), (total, area) => total / area),
  batchNorm1d: batchNorm,
  batchNorm2d: batchNorm,
  groupNorm,
  layerNorm: (x, layer) => normalized(x, layer, layer.features, 1, false),
  layerNorm2d: (x, layer) =>
    normalized(x, layer, layer.features, x.data.length / layer.features, false),
  rmsNorm: (x, layer) => normalized(x, layer, layer.features, 1, true),
  sequential: (x, { layers }) => sequence(layers, x),
  residual(x, { layers, shortcut }) {
    if (!shortcut) return sum(x, sequence(layers, x));
    const [change, base] = layers;
    return sum(forward(base, x), forward(change, x));
  },
  standardized({ data, shape }, { around, mean, std }) {
    const of = data.length / mean.length;
    const values = data.map((x, i) => {
      const c = Math.floor(i / of);
      return f32(x - f32(mean[c])) / f32(std[c]);
    });
    return forward(around, { data: values, shape });
  },
  mirrored({ data, shape }, { around }) {
    const width = shape[2];
    const turned = data.map((_, i) => data[i - i % width + width - 1 - i % width]);
    const both = sum(forward(around, { data, shape }), forward(around, { data: turned, shape }));
    return { data: both.data.map((x) => x / 2), shape: both.shape };
  },
};

/** What a layer makes of one image `[channels, height, width]`. @param {Layer} layer @param {Value} x */
export const forward = (layer, x) => forms[layer.kind](x, layer);
