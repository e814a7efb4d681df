import { addProducts } from "./exact.js";

/** @import { Value } from "./forward.js" */
/** @import { Tiles } from "./tiles.js" */
/** @import { Windows } from "./windows.js" */

/** @typedef {Float32Array<ArrayBuffer>} Numbers */

/**
 * A 3x3 convolution with stride 1 by minimal filtering: `native/src/kernels/convolution/winograd`.
 * @param {Value} x @param {Numbers} weight @param {Numbers | undefined} bias
 * @param {Windows & { outputs: number, groups: number }} layer
 * @param {readonly number[]} out @param {Numbers} y @param {Tiles} form
 */
export function winograd(x, weight, bias, layer, [rows, columns], y, form) {
  const { outputs, groups } = layer;
  const { tile, side } = form;
  const places = side * side;
  const [inGroup, outGroup] = [x.shape[0] / groups, outputs / groups];
  const across = Math.ceil(columns / tile), tiles = Math.ceil(rows / tile) * across;
  const patches = transformedPatches(x, layer.padding, across, tiles, form);
  const u = new Float32Array(places), d = new Float32Array(places);
  const products = new Float32Array(places * tiles); // [place, tile]
  for (let o = 0; o < outputs; o++) {
    const first = Math.floor(o / outGroup) * inGroup;
    products.fill(0);
    for (let c = 0; c < inGroup; c++) {
      const at = (o * inGroup + c) * 9;
      for (let i = 0; i < 3; i++) {
        form.filter(u, i, side, weight[at + i], weight[at + 3 + i], weight[at + 6 + i]);
      }
      for (let r = 0; r < places; r += side) form.filter(u, r, 1, u[r], u[r + 1], u[r + 2]);
      for (let i = 0; i < places; i++) {
        addProducts(
          products,
          u[i],
          patches,
          ((first + c) * places + i) * tiles,
          1,
          i * tiles,
          tiles,
        );
      }
    }
    for (let t = 0; t < tiles; t++) {
      for (let i = 0; i < places; i++) d[i] = products[i * tiles + t];
      for (let i = 0; i < side; i++) form.output(d, i, side);
      for (let i = 0; i < tile; i++) form.output(d, side * i, 1);
      const top = tile * Math.floor(t / across), left = tile * (t % across);
      for (let row = top; row < Math.min(top + tile, rows); row++) {
        for (let column = left; column < Math.min(left + tile, columns); column++) {
          const sum = d[(row - top) * side + column - left];
          y[(o * rows + row) * columns + column] = sum + (bias?.[o] ?? 0);
        }
      }
    }
  }
}

/**
 * B^T d B of the patches behind all tiles, zeros outside the image: `[channel, place, tile]`.
 * @param {Value} x @param {readonly number[]} padding @param {number} across @param {number} tiles
 * @param {Tiles} form
 */
function transformedPatches({ data, shape }, padding, across, tiles, { tile, side, input }) {
  const [channels, height, width] = shape;
  const places = side * side;
  const patches = new Float32Array(places * channels * tiles);
  const d = new Float32Array(places);
  for (let c = 0; c < channels; c++) {
    for (let t = 0; t < tiles; t++) {
      const top = tile * Math.floor(t / across) - padding[0];
      const left = tile * (t % across) - padding[1];
      for (let i = 0; i < places; i++) {
        const row = top + Math.floor(i / side), column = left + i % side;
        const isInside = row >= 0 && row < height && column >= 0 && column < width;
        d[i] = isInside ? data[(c * height + row) * width + column] : 0;
      }
      for (let i = 0; i < side; i++) input(d, i, side);
      for (let i = 0; i < side; i++) input(d, side * i, 1);
      for (let i = 0; i < places; i++) patches[(c * places + i) * tiles + t] = d[i];
    }
  }
  return patches;
}
