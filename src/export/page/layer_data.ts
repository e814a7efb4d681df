import { Buffer } from "node:buffer";
import type { Layer, Module } from "../../nn/mod.ts";
import { unknownLayer } from "../graph.ts";
import { forms } from "./forward.js";

/** A layer as JSON: its kind, its numbers, its tensors as f32 in base64, and the layers in it. */
export interface LayerData {
  readonly kind: string;
  readonly tensors: Readonly<Record<string, string>>;
  readonly layers: readonly LayerData[];
  readonly around?: LayerData;
}

/** A module as data for a page; throws a UserError for a layer that is not one of wick's own. */
export function layerData(module: Module): LayerData {
  const { layer, tensors, modules } = module;
  if (!Object.hasOwn(forms, layer.kind)) throw unknownLayer(module, "a page");
  const { around } = layer;
  const isShort = "shortcut" in layer && { shortcut: true };
  if (around !== undefined) {
    const within = layerData({ ...module, layer: around });
    return { ...numbersOf(layer), tensors: {}, layers: [], around: within };
  }
  const own = Object.entries(tensors).flatMap(([name, tensor]) => {
    if (tensor?.dtype !== "f32") return []; // the number of batches has no meaning here
    return [[name, Buffer.from(tensor.read().buffer).toString("base64")] as const];
  });
  return {
    ...numbersOf(layer),
    ...isShort,
    tensors: Object.fromEntries(own),
    layers: modules.map(layerData),
  };
}

/** The kind and the numbers of a layer. */
function numbersOf({ kind, ...layer }: Layer): { readonly kind: string } {
  const numbers = Object.entries(layer).filter(([, value]) =>
    ["number", "boolean"].includes(typeof value) ||
    Array.isArray(value) && value.every((each) => typeof each === "number")
  );
  return { kind, ...Object.fromEntries(numbers) };
}
