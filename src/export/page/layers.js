/** @import { Layer } from "./forward.js" */

/**
 * The tensors of f32 and the metadata of a safetensors file, which whoever sends it has checked.
 * @param {ArrayBuffer} file
 */
export function weightsOf(file) {
  const start = 8 + Number(new DataView(file).getBigUint64(0, true));
  const header = JSON.parse(new TextDecoder().decode(new Uint8Array(file, 8, start - 8)));
  const { __metadata__: metadata = {}, ...entries } = header;
  /** @type {Map<string, Float32Array<ArrayBuffer>>} */
  const tensors = new Map();
  for (const [name, { dtype, data_offsets: [from, to] }] of Object.entries(entries)) {
    if (dtype === "F32") tensors.set(name, new Float32Array(file.slice(start + from, start + to)));
  }
  return { metadata, tensors };
}

/**
 * A layer of its data and the weights whose names the data has.
 * @param {any} data @param {ReadonlyMap<string, Float32Array<ArrayBuffer>>} weights @returns {Layer}
 */
export function layerOf({ tensors, layers, around, ...numbers }, weights) {
  const values = Object.entries(tensors).map(([key, name]) => [key, weights.get(name)]);
  return {
    ...numbers,
    tensors: Object.fromEntries(values),
    layers: layers.map((/** @type {any} */ inner) => layerOf(inner, weights)),
    ...around && { around: layerOf(around, weights) },
  };
}
