import { native } from "../ffi/mod.ts";
import { keep, type NamedTensor, Tensor } from "../tensor/mod.ts";
import type { AdamOptions, RmspropOptions, SgdOptions } from "./optimizer.ts";

/** An optimizer's memory, and its update of all parameters in one native call. */
export interface Update {
  readonly state: readonly NamedTensor[];
  /** `stepsBefore` counts from 0. */
  apply(
    parameters: Float64Array<ArrayBuffer>,
    gradients: Float64Array<ArrayBuffer>,
    lr: number,
    stepsBefore: number,
  ): void;
}

/** Zeros beside each parameter, `optimizer.momentum.0.weight`, and their handles. */
function memory(kind: string, parameters: readonly NamedTensor[]) {
  const tensors = parameters.map(({ name, tensor }) => ({
    name: `optimizer.${kind}.${name}`,
    tensor: keep(Tensor.zeros(tensor.shape, tensor)),
  }));
  return { tensors, handles: Float64Array.from(tensors, ({ tensor }) => tensor.handle) };
}

const noMemory = { tensors: [], handles: new Float64Array(0) };

function sgd(options: SgdOptions, parameters: readonly NamedTensor[]): Update {
  const { momentum = 0, dampening = 0, nesterov = false, weightDecay = 0 } = options;
  const momenta = momentum === 0 ? noMemory : memory("momentum", parameters);
  return {
    state: momenta.tensors,
    apply(handles, gradients, lr, stepsBefore) {
      native.sgd_step(
        handles,
        gradients,
        momenta.handles,
        lr,
        momentum,
        dampening,
        Number(nesterov),
        weightDecay,
        Number(stepsBefore === 0),
      );
    },
  };
}

function adam(options: AdamOptions, parameters: readonly NamedTensor[]): Update {
  const { name, betas: [first, second] = [0.9, 0.999], eps = 1e-8, weightDecay = 0 } = options;
  const mean = memory("exp_avg", parameters);
  const square = memory("exp_avg_sq", parameters);
  const decoupled = Number(name === "adamw");
  return {
    state: [...mean.tensors, ...square.tensors],
    apply(handles, gradients, lr, stepsBefore) {
      native.adam_step(
        handles,
        gradients,
        mean.handles,
        square.handles,
        lr,
        first,
        second,
        eps,
        weightDecay,
        decoupled,
        stepsBefore + 1,
      );
    },
  };
}

function rmsprop(options: RmspropOptions, parameters: readonly NamedTensor[]): Update {
  const { alpha = 0.99, eps = 1e-8, weightDecay = 0, momentum = 0 } = options;
  const square = memory("square_avg", parameters);
  const momenta = momentum === 0 ? noMemory : memory("momentum", parameters);
  return {
    state: [...square.tensors, ...momenta.tensors],
    apply(handles, gradients, lr) {
      native.rmsprop_step(
        handles,
        gradients,
        square.handles,
        momenta.handles,
        lr,
        alpha,
        eps,
        weightDecay,
        momentum,
      );
    },
  };
}

/** The optimizers' updates. */
export const updates = { sgd, adam, rmsprop };

/** Scales gradients down in place where their common norm is greater than `limit`. */
export function clipGradientNorm(gradients: Float64Array<ArrayBuffer>, limit: number): void {
  native.tensor_free(native.clip_gradient_norm(gradients, limit));
}
