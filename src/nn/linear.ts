import { functional } from "../tensor/mod.ts";
import type { Layer } from "./module.ts";
import { checkSizes, weightAndBias, type WeightOptions, type Weights } from "./weights.ts";

/** A linear layer. */
export interface Linear extends Layer<Weights> {
  /** Features of an input. */
  readonly inputs: number;
  /** Features of an output. */
  readonly outputs: number;
  /** Whether a bias is added. */
  readonly bias: boolean;
}

/** `[batch, inputs] -> [batch, outputs]`: `x W^T + b`. */
export function linear(inputs: number, outputs: number, options: WeightOptions = {}): Linear {
  checkSizes("linear", { inputs, outputs });
  const { bias = true } = options;
  return {
    kind: "linear",
    inputs,
    outputs,
    bias,
    parameters: weightAndBias([outputs, inputs], options),
    forward: (x, { tensors: { weight, bias } }) => functional.linear(x, weight, bias),
  };
}
