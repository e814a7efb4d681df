import { addProducts } from "./exact.js";
import { outputLengths } from "./windows.js";

/** @import { Value } from "./forward.js" */
/** @import { Windows } from "./windows.js" */

/** @typedef {Float32Array<ArrayBuffer>} Numbers */
const f32 = Math.fround;

/**
 * A convolution of one image, by Winograd's F(2x2, 3x3) where the library takes that.
 * @param {Value} x @param {Numbers} weight @param {Numbers | undefined} bias
 * @param {Windows & { outputs: number, groups: number }} layer
 * @returns {Value}
 */
export function convolution(x, weight, bias, layer) {
  const { kernel, stride, padding, dilation = [1, 1], groups, outputs } = layer;
  const [channels, ...lengths] = x.shape;
  const out = outputLengths(lengths, layer);
  const isWinograd =
    [0, 1].every((i) =>
      kernel[i] === 3 && stride[i] === 1 && dilation[i] === 1 && padding[i] <= 2 &&
      Math.min(lengths[i], out[i]) >= 4
    ) && Math.min(channels, outputs) / groups >= 8;
  const y = new Float32Array(outputs * out[0] * out[1]);
  (isWinograd ? winograd : direct)(x, weight, bias, layer, out, y);
  return { data: y, shape: [outputs, ...out] };
}

/**
 * One chain for each output, from the bias on, over (channel, ky, kx).
 * @param {Value} x @param {Numbers} weight @param {Numbers | undefined} bias
 * @param {Windows & { outputs: number, groups: number }} layer
 * @param {readonly number[]} out @param {Numbers} y
 */
function direct({ data, shape }, weight, bias, layer, [rows, columns], y) {
  const { kernel, stride, padding, dilation = [1, 1], groups, outputs } = layer;
  const [channels, height, width] = shape;
  const [inGroup, outGroup] = [channels / groups, outputs / groups];
  for (let o = 0; o < outputs; o++) {
    const first = Math.floor(o / outGroup) * inGroup;
    for (let row = 0; row < rows; row++) {
      const to = (o * rows + row) * columns;
      if (bias !== undefined) y.fill(bias[o], to, to + columns);
      for (let c = 0; c < inGroup; c++) {
        for (let ky = 0; ky < kernel[0]; ky++) {
          const source = row * stride[0] + ky * dilation[0] - padding[0];
          if (source < 0 || source >= height) continue;
          const line = ((first + c) * height + source) * width;
          for (let kx = 0; kx < kernel[1]; kx++) {
            const w = weight[((o * inGroup + c) * kernel[0] + ky) * kernel[1] + kx];
            const shift = kx * dilation[1] - padding[1];
            const begin = Math.max(0, Math.ceil(-shift / stride[1]));
            const end = Math.min(columns, Math.floor((width - 1 - shift) / stride[1]) + 1);
            const from = line + begin * stride[1] + shift;
            if (end > begin) addProducts(y, w, data, from, stride[1], to + begin, end - begin);
          }
        }
      }
    }
  }
}

/**
 * @param {Value} x @param {Numbers} weight @param {Numbers | undefined} bias
 * @param {Windows & { outputs: number, groups: number }} layer
 * @param {readonly number[]} out @param {Numbers} y
 */
function winograd({ data, shape }, weight, bias, { padding, groups, outputs }, [rows, columns], y) {
  const [channels, height, width] = shape;
  const [inGroup, outGroup] = [channels / groups, outputs / groups];
  const [down, across] = [Math.ceil(rows / 2), Math.ceil(columns / 2)];
  const tiles = down * across;
  const patches = new Float32Array(16 * channels * tiles); // [channel, place, tile]
  const d = new Float32Array(16);
  for (let c = 0; c < channels; c++) {
    for (let tile = 0; tile < tiles; tile++) {
      const top = 2 * Math.floor(tile / across) - padding[0],
        left = 2 * (tile % across) - padding[1];
      for (let i = 0; i < 16; i++) {
        const [row, column] = [top + (i >> 2), left + (i & 3)];
        const isInside = row >= 0 && row < height && column >= 0 && column < width;
        d[i] = isInside ? data[(c * height + row) * width + column] : 0;
      }
      for (let i = 0; i < 4; i++) inputLine(d, i, 4);
      for (let i = 0; i < 4; i++) inputLine(d, 4 * i, 1);
      for (let i = 0; i < 16; i++) patches[(c * 16 + i) * tiles + tile] = d[i];
    }
  }
  const u = new Float32Array(16);
  const m = new Float32Array(16 * tiles); // [place, tile]
  for (let o = 0; o < outputs; o++) {
    const first = Math.floor(o / outGroup) * inGroup;
    m.fill(0);
    for (let c = 0; c < inGroup; c++) {
      const at = (o * inGroup + c) * 9;
      for (let i = 0; i < 3; i++) {
        filterLine(u, i, 4, weight[at + i], weight[at + 3 + i], weight[at + 6 + i]);
      }
      for (let i = 0; i < 4; i++) filterLine(u, 4 * i, 1, u[4 * i], u[4 * i + 1], u[4 * i + 2]);
      for (let i = 0; i < 16; i++) {
        addProducts(m, u[i], patches, ((first + c) * 16 + i) * tiles, 1, i * tiles, tiles);
      }
    }
    for (let tile = 0; tile < tiles; tile++) {
      for (let i = 0; i < 16; i++) d[i] = m[i * tiles + tile];
      for (let i = 0; i < 4; i++) outputLine(d, i, 4);
      for (let i = 0; i < 2; i++) outputLine(d, 4 * i, 1);
      for (let i = 0; i < 4; i++) {
        const row = 2 * Math.floor(tile / across) + (i >> 1),
          column = 2 * (tile % across) + (i & 1);
        if (row >= rows || column >= columns) continue;
        y[(o * rows + row) * columns + column] = d[(i >> 1) * 4 + (i & 1)] + (bias?.[o] ?? 0);
      }
    }
  }
}

/** B^T d, in place. @param {Numbers} d @param {number} at @param {number} step */
function inputLine(d, at, step) {
  const [d0, d1, d2, d3] = [d[at], d[at + step], d[at + 2 * step], d[at + 3 * step]];
  d[at] = d0 - d2;
  d[at + step] = d1 + d2;
  d[at + 2 * step] = d2 - d1;
  d[at + 3 * step] = d1 - d3;
}

/**
 * G g.
 * @param {Numbers} u @param {number} at @param {number} step
 * @param {number} g0 @param {number} g1 @param {number} g2
 */
function filterLine(u, at, step, g0, g1, g2) {
  const ends = f32(g0 + g2);
  u[at] = g0;
  u[at + step] = f32(ends + g1) * 0.5;
  u[at + 2 * step] = f32(ends - g1) * 0.5;
  u[at + 3 * step] = g2;
}

/** A^T m, in place. @param {Numbers} m @param {number} at @param {number} step */
function outputLine(m, at, step) {
  const [m0, m1, m2, m3] = [m[at], m[at + step], m[at + 2 * step], m[at + 3 * step]];
  m[at] = f32(m0 + m1) + m2;
  m[at + step] = f32(m1 - m2) - m3;
}
