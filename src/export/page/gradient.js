import { forward } from "./forward.js";

/** @import { Layer, Value } from "./forward.js" */

/**
 * The gradient of an output with respect to a layer's input, given that with respect to its output, as
 * `predict --saliency` takes it. Nothing hangs on its last bits, so that its sums are plain ones.
 * @typedef {(x: Value, layer: Layer, dy: Float64Array) => Float64Array} Gradient
 */

/** @param {(x: number, layer: Layer) => number} slope @returns {Gradient} */
const elementwise = (slope) => ({ data }, layer, dy) => dy.map((d, i) => d * slope(data[i], layer));

/** @param {number} x */
const sigmoid = (x) => 1 / (1 + Math.exp(-x));

/** @param {number} x @param {number} step @param {(x: number) => number} call */
const central = (x, step, call) => (call(x + step) - call(x - step)) / (2 * step);

/** Layers one after the other. @param {readonly Layer[]} layers @param {Value} x @param {Float64Array} dy */
function through(layers, x, dy) {
  const inputs = [x];
  for (const layer of layers.slice(0, -1)) inputs.push(forward(layer, inputs[inputs.length - 1]));
  return layers.reduceRight((d, layer, i) => gradient(layer, inputs[i], d), dy);
}

/** @param {Float64Array} a @param {Float64Array} b */
const sum = (a, b) => a.map((x, i) => x + b[i]);

/** @type {Gradient} */
function ofConvolution({ data, shape }, layer, dy) {
  const { kernel, stride, padding, dilation, groups, outputs, tensors: { weight } } = layer;
  const [channels, height, width] = shape;
  const [rows, columns] = forward({ ...layer, tensors: { weight } }, { data, shape }).shape.slice(
    1,
  );
  const [inGroup, outGroup] = [channels / groups, outputs / groups];
  const dx = new Float64Array(data.length);
  for (let place = 0; place < dy.length; place++) {
    const column = place % columns, row = Math.floor(place / columns) % rows;
    const o = Math.floor(place / (rows * columns)), first = Math.floor(o / outGroup) * inGroup;
    for (let tap = 0; tap < kernel[0] * kernel[1]; tap++) {
      const [ky, kx] = [Math.floor(tap / kernel[1]), tap % kernel[1]];
      const i = row * stride[0] + ky * dilation[0] - padding[0];
      const j = column * stride[1] + kx * dilation[1] - padding[1];
      if (i < 0 || i >= height || j < 0 || j >= width) continue;
      for (let c = 0; c < inGroup; c++) {
        const w = weight[((o * inGroup + c) * kernel[0] + ky) * kernel[1] + kx];
        dx[((first + c) * height + i) * width + j] += w * dy[place];
      }
    }
  }
  return dx;
}

/**
 * Of each window: to all of its places, or to the one that `chosen` tells.
 * @param {boolean} isMaximum
 * @returns {Gradient}
 */
const ofPooling = (isMaximum) => (x, layer, dy) => {
  const { kernel, stride, padding } = layer;
  const [, height, width] = x.shape;
  const [, rows, columns] = forward(layer, x).shape;
  const dx = new Float64Array(x.data.length);
  for (let place = 0; place < dy.length; place++) {
    const column = place % columns, row = Math.floor(place / columns) % rows;
    const channel = Math.floor(place / (rows * columns));
    let most = -1;
    for (let tap = 0; tap < kernel[0] * kernel[1]; tap++) {
      const i = row * stride[0] + Math.floor(tap / kernel[1]) - padding[0];
      const j = column * stride[1] + tap % kernel[1] - padding[1];
      if (i < 0 || i >= height || j < 0 || j >= width) continue;
      const at = (channel * height + i) * width + j;
      if (!isMaximum) dx[at] += dy[place] / (kernel[0] * kernel[1]);
      else if (most < 0 || x.data[at] > x.data[most]) most = at;
    }
    if (isMaximum) dx[most] += dy[place];
  }
  return dx;
};

/**
 * Of a normalisation of sets: `set` tells the set of a place, `weight` its weight.
 * @param {Value} x @param {Float64Array} dy @param {number} sets @param {number} epsilon
 * @param {(i: number) => number} set @param {(i: number) => number} weight @param {boolean} aboutZero
 */
function ofSets({ data }, dy, sets, epsilon, set, weight, aboutZero = false) {
  const terms = data.length / sets;
  const mean = new Float64Array(sets), square = new Float64Array(sets);
  if (!aboutZero) data.forEach((x, i) => mean[set(i)] += x / terms);
  data.forEach((x, i) => square[set(i)] += (x - mean[set(i)]) ** 2 / terms);
  const inverse = square.map((variance) => 1 / Math.sqrt(variance + epsilon));
  const plain = new Float64Array(sets), product = new Float64Array(sets);
  const z = Float64Array.from(data, (x, i) => (x - mean[set(i)]) * inverse[set(i)]);
  dy.forEach((d, i) => {
    plain[set(i)] += aboutZero ? 0 : d * weight(i) / terms;
    product[set(i)] += d * weight(i) * z[i] / terms;
  });
  return dy.map((d, i) =>
    inverse[set(i)] * (d * weight(i) - plain[set(i)] - z[i] * product[set(i)])
  );
}

/** @type {Gradient} */
const ofBatchNorm = ({ data }, { epsilon, features, tensors }, dy) => {
  const of = data.length / features;
  return dy.map((d, i) => {
    const c = Math.floor(i / of);
    return d * tensors.weight[c] / Math.sqrt(tensors.running_var[c] + epsilon);
  });
};

/** @param {boolean} aboutZero @returns {Gradient} */
const ofRows = (aboutZero) => (x, { features, epsilon, tensors: { weight } }, dy) =>
  ofSets(
    x,
    dy,
    x.data.length / features,
    epsilon,
    (i) => Math.floor(i / features),
    (i) => weight[i % features],
    aboutZero,
  );

/** @type {Gradient} */
const pass = (_x, _layer, dy) => dy;

/** The gradient of a layer of each kind. @type {Readonly<Record<string, Gradient>>} */
export const gradients = {
  relu: elementwise((x) => Number(x > 0)),
  gelu: elementwise((x) => {
    const [density, term] = [Math.exp(-x * x / 2) / Math.sqrt(2 * Math.PI), forwardOf("gelu", x)];
    return (x === 0 ? 0.5 : term / x) + x * density;
  }),
  silu: elementwise((x) => sigmoid(x) * (1 + x * (1 - sigmoid(x)))),
  tanh: elementwise((x) => 1 - Math.tanh(x) ** 2),
  sigmoid: elementwise((x) => sigmoid(x) * (1 - sigmoid(x))),
  hardswish: elementwise((x) => x <= -3 ? 0 : x < 3 ? x / 3 + 0.5 : 1),
  mish: elementwise((x) => central(x, 1e-5, (x) => x * Math.tanh(Math.log1p(Math.exp(x))))),
  leakyRelu: elementwise((x, { negativeSlope }) => x > 0 ? 1 : negativeSlope),
  elu: elementwise((x, { alpha }) => x <= 0 ? alpha * Math.exp(x) : 1),
  softplus: elementwise((x, { beta, threshold }) => beta * x > threshold ? 1 : sigmoid(beta * x)),
  flatten: pass,
  dropout: pass,
  linear: (_, { inputs, tensors: { weight } }, dy) =>
    Float64Array.from(
      { length: inputs },
      (_, k) => dy.reduce((total, d, o) => total + d * weight[o * inputs + k], 0),
    ),
  conv2d: ofConvolution,
  maxPool2d: ofPooling(true),
  avgPool2d: ofPooling(false),
  batchNorm1d: ofBatchNorm,
  batchNorm2d: ofBatchNorm,
  groupNorm: (x, { groups, channels, epsilon, tensors: { weight } }, dy) => {
    const [of, run] = [x.data.length / groups, x.data.length / channels];
    const set = (/** @type {number} */ i) => Math.floor(i / of);
    return ofSets(x, dy, groups, epsilon, set, (i) => weight[Math.floor(i / run)]);
  },
  layerNorm: ofRows(false),
  rmsNorm: ofRows(true),
  layerNorm2d: (x, { features, epsilon, tensors: { weight } }, dy) => {
    const places = x.data.length / features;
    const channel = (/** @type {number} */ i) => weight[Math.floor(i / places)];
    return ofSets(x, dy, places, epsilon, (i) => i % places, channel);
  },
  sequential: (x, { layers }, dy) => through(layers, x, dy),
  residual(x, { layers, shortcut }, dy) {
    if (!shortcut) return sum(dy, through(layers, x, dy));
    const [change, base] = layers;
    return sum(gradient(base, x, dy), gradient(change, x, dy));
  },
  standardized({ data, shape }, { around, mean, std }, dy) {
    const channel = (/** @type {number} */ i) => Math.floor(i * mean.length / data.length);
    const inside = data.map((x, i) => (x - mean[channel(i)]) / std[channel(i)]);
    return gradient(around, { data: inside, shape }, dy).map((d, i) => d / std[channel(i)]);
  },
  mirrored({ data, shape }, { around }, dy) {
    const width = shape[2];
    const turn = (/** @type {any} */ values) =>
      values.map((/** @type {number} */ _, /** @type {number} */ i) =>
        values[i - i % width + width - 1 - i % width]
      );
    const half = dy.map((d) => d / 2);
    const own = gradient(around, { data, shape }, half);
    const turned = gradient(around, { data: turn(data), shape }, half);
    return sum(own, turn(turned));
  },
};

/** @param {string} kind @param {number} x */
const forwardOf = (kind, x) =>
  forward({ kind, tensors: {}, layers: [] }, { data: Float32Array.of(x), shape: [1] }).data[0];

/** @param {Layer} layer @param {Value} x @param {Float64Array} dy @returns {Float64Array} */
const gradient = (layer, x, dy) => gradients[layer.kind](x, layer, dy);

/**
 * How much brightening each pixel a little would raise a class's score (Simonyan et al., arXiv 1312.6034).
 * @param {Layer} layer @param {Value} x @param {number} label @param {number} classes
 */
export const saliency = (layer, x, label, classes) =>
  gradient(layer, x, Float64Array.from({ length: classes }, (_, i) => Number(i === label)));
