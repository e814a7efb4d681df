import type { Tensor } from "./tensor.ts";

/** A tensor under the name that PyTorch gives it, `0.weight`. */
export interface NamedTensor {
  /** The name, as PyTorch has it. */
  readonly name: string;
  /** The values. */
  readonly tensor: Tensor;
}
