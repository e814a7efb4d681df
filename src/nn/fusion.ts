import type { Fusion, Layer } from "./module.ts";

/** What `sequential` does with one of its layers. */
export interface Step {
  readonly layer: Layer;
  /** The layer's place, which names its parameters. */
  readonly index: number;
  readonly fusion: Fusion;
}

const endsInRelu = new Set(["conv2d", "linear"]);
const masksItsGradient = new Set(["conv2d", "maxPool2d"]);

/**
 * The layers of a sequence with neighbours joined where that saves a pass over memory:
 * - a ReLU joins the convolution or linear layer before it, and a max-pooling the convolution
 *   before it or before that ReLU;
 * - the gradient of a ReLU after a convolution or alone joins that of the convolution or
 *   max-pooling after it, which zeroes its own result where the ReLU's output is 0.
 */
export function plan(layers: readonly Layer[]): Step[] {
  const steps: Step[] = [];
  layers.forEach((layer, index) => {
    const before = layers[index - 1];
    if (layer.kind === "relu" && before !== undefined && endsInRelu.has(before.kind)) return;
    const relu = endsInRelu.has(layer.kind) && layers[index + 1]?.kind === "relu";
    const after = layers[relu ? index + 2 : index + 1];
    const reluGradientDone = (layer.kind === "relu" || (layer.kind === "conv2d" && relu)) &&
      after !== undefined && masksItsGradient.has(after.kind);
    const inputFromRelu = masksItsGradient.has(layer.kind) && before?.kind === "relu" &&
      layers[index - 2]?.kind !== "linear";
    const pooling = layer.kind === "conv2d" ? after?.pooling : undefined;
    steps.push({ layer, index, fusion: { relu, reluGradientDone, inputFromRelu, pooling } });
  });
  return steps;
}
