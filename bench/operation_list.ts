import * as nn from "../src/nn/mod.ts";
import { Tensor } from "../src/tensor/mod.ts";
import list from "./operations.json" with { type: "json" };

/** What a layer of `operations.json` is made with. */
export type Argument = number | string | Readonly<Record<string, number>>;

/** An entry of `operations.json`, which every peer builds its own layer from. */
export interface Operation {
  /** The layer's kind, then its arguments. */
  readonly layer: readonly [kind: string, ...arguments: Argument[]];
  /** The shape of its input without the batch. */
  readonly input: readonly number[];
}

/** The operations by name, in the order of the table. */
export const operations = list as unknown as Readonly<Record<string, Operation>>;

/** Cross-entropy as a layer, with labels 0, 1, ..., 9, 0, ... */
const crossEntropy: nn.Layer = {
  kind: "crossEntropy",
  forward(x) {
    const labels = Uint32Array.from({ length: x.shape[0]! }, (_, i) => i % 10);
    return nn.crossEntropy(x, Tensor.from(labels));
  },
};

const kinds: Readonly<Record<string, unknown>> = {
  ...nn,
  crossEntropy,
  residual: (inner: string) => nn.residual(layerOf([inner])),
};

/** A layer as wick has it. */
export function layerOf([kind, ...given]: Operation["layer"]): nn.Layer {
  const made = kinds[kind];
  return (typeof made === "function" ? made(...given) : made) as nn.Layer;
}
