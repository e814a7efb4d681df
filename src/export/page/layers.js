/** @import { Layer } from "./forward.js" */

/** A layer of its data, whose tensors are base64. @param {any} data @returns {Layer} */
export function layerOf({ tensors, layers, around, ...numbers }) {
  const read = (/** @type {unknown} */ text) =>
    new Float32Array(Uint8Array.from(atob(String(text)), (letter) => letter.charCodeAt(0)).buffer);
  const values = Object.entries(tensors).map(([name, text]) => [name, read(text)]);
  return {
    ...numbers,
    tensors: Object.fromEntries(values),
    layers: layers.map(layerOf),
    ...around && { around: layerOf(around) },
  };
}
