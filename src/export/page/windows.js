/** @import { Form } from "./forward.js" */

/**
 * How windows lie in an image.
 * @typedef {object} Windows
 * @property {readonly number[]} kernel
 * @property {readonly number[]} stride
 * @property {readonly number[]} padding
 * @property {readonly number[]} [dilation]
 */

/** Lengths of an output. @param {readonly number[]} lengths @param {Windows} windows */
export const outputLengths = (lengths, { kernel, stride, padding, dilation = [1, 1] }) =>
  lengths.map((length, i) =>
    Math.floor((length + 2 * padding[i] - dilation[i] * (kernel[i] - 1) - 1) / stride[i]) + 1
  );

/**
 * @param {number} first What a window begins with.
 * @param {(total: number, x: number) => number} add
 * @param {(total: number, area: number) => number} end
 * @returns {Form}
 */
export const pooling = (first, add, end) => ({ data, shape: [channels, ...lengths] }, layer) => {
  const { kernel, stride, padding } = /** @type {any} */ (layer);
  const [rows, columns] = outputLengths(lengths, { kernel, stride, padding });
  const [height, width] = lengths;
  const y = new Float32Array(channels * rows * columns);
  for (let place = 0; place < y.length; place++) {
    const column = place % columns, row = Math.floor(place / columns) % rows;
    const channel = Math.floor(place / (rows * columns));
    let total = first;
    for (let tap = 0; tap < kernel[0] * kernel[1]; tap++) {
      const i = row * stride[0] + Math.floor(tap / kernel[1]) - padding[0];
      const j = column * stride[1] + tap % kernel[1] - padding[1];
      if (i < 0 || i >= height || j < 0 || j >= width) continue;
      total = add(total, data[(channel * height + i) * width + j]);
    }
    y[place] = end(total, kernel[0] * kernel[1]);
  }
  return { data: y, shape: [channels, rows, columns] };
};
