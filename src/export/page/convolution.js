import { addProducts } from "./exact.js";
import { tilesOf2, tilesOf4 } from "./tiles.js";
import { outputLengths } from "./windows.js";
import { winograd } from "./winograd.js";

/** @import { Value } from "./forward.js" */
/** @import { Windows } from "./windows.js" */

/** @typedef {Float32Array<ArrayBuffer>} Numbers */

/**
 * A convolution of one image, by Winograd's F(2x2, 3x3) or F(4x4, 3x3) where the library takes those.
 * @param {Value} x @param {Numbers} weight @param {Numbers | undefined} bias
 * @param {Windows & { outputs: number, groups: number }} layer
 * @returns {Value}
 */
export function convolution(x, weight, bias, layer) {
  const { kernel, stride, padding, dilation = [1, 1], groups, outputs } = layer;
  const [channels, ...lengths] = x.shape;
  const out = outputLengths(lengths, layer);
  const isPlain = [0, 1].every((i) =>
    kernel[i] === 3 && stride[i] === 1 && dilation[i] === 1 && padding[i] <= 2 &&
    Math.min(lengths[i], out[i]) >= 4
  );
  const least = Math.min(channels, outputs) / groups;
  const y = new Float32Array(outputs * out[0] * out[1]);
  if (isPlain && least >= 8) {
    winograd(x, weight, bias, layer, out, y, least >= 16 ? tilesOf4 : tilesOf2);
  } else {
    direct(x, weight, bias, layer, out, y);
  }
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
