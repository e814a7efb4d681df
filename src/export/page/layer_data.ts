import type { Layer, TensorSpecs } from "../../nn/mod.ts";
import type { StoredTensor } from "../../storage/mod.ts";
import { unknownLayer } from "../graph.ts";
import { forms } from "./forward.js";

/** A layer as JSON: its kind, its numbers, what its tensors are called in the weights, and the layers in it. */
export interface LayerData {
  readonly kind: string;
  readonly tensors: Readonly<Record<string, string>>;
  readonly layers: readonly LayerData[];
  readonly around?: LayerData;
}

/**
 * A model's layers as data for a page; no tensor is made for that. Throws a UserError for a layer that
 * is not one of wick's own, and a RangeError for weights that are not the model's.
 */
export function layerData(layer: Layer, weights: readonly StoredTensor[]): LayerData {
  return dataOf(layer, "", new Map(weights.map((tensor) => [tensor.name, tensor])));
}

type Weights = ReadonlyMap<string, StoredTensor>;

function dataOf(layer: Layer, prefix: string, weights: Weights): LayerData {
  if (!Object.hasOwn(forms, layer.kind)) throw unknownLayer({ layer, prefix }, "a page");
  const { around, layers = [] } = layer;
  if (around !== undefined) {
    return {
      ...numbersOf(layer),
      tensors: {},
      layers: [],
      around: dataOf(around, prefix, weights),
    };
  }
  return {
    ...numbersOf(layer),
    ..."shortcut" in layer && { shortcut: true },
    tensors: namesOf({ ...layer.parameters, ...layer.buffers }, prefix, weights),
    layers: layers.map((inner, place) => dataOf(inner, `${prefix}${place}.`, weights)),
  };
}

/** The full names of a layer's tensors of f32: the number of batches has no meaning in a page. */
function namesOf(
  specs: TensorSpecs<Record<string, unknown>>,
  prefix: string,
  weights: Weights,
): Record<string, string> {
  const names = Object.entries(specs).flatMap(([key, spec]): [string, string][] => {
    const name = prefix + key;
    const found = weights.get(name);
    if (found === undefined) throw new RangeError(`it has no tensor ${name}`);
    if (found.dtype === "I64") return [];
    const [given, wanted] = [found.shape, spec!.shape].map((shape) => `[${shape.join(", ")}]`);
    if (found.dtype !== "F32" || given !== wanted) {
      throw new RangeError(`its ${name} is ${found.dtype} ${given}; the model has F32 ${wanted}`);
    }
    return [[key, name]];
  });
  return Object.fromEntries(names);
}

/** The kind and the numbers of a layer. */
function numbersOf({ kind, ...layer }: Layer): { readonly kind: string } {
  const numbers = Object.entries(layer).filter(([, value]) =>
    ["number", "boolean"].includes(typeof value) ||
    Array.isArray(value) && value.every((each) => typeof each === "number")
  );
  return { kind, ...Object.fromEntries(numbers) };
}
