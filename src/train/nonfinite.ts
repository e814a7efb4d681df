import { batches, type ImageSet } from "../data/mod.ts";
import { UserError } from "../errors.ts";
import { evaluation, type Loss, type Module } from "../nn/mod.ts";
import { type Device, type NamedTensor, scope, type Tensor } from "../tensor/mod.ts";
import { evaluationBatch } from "./evaluate.ts";

/**
 * Training that cannot go on: the loss or a weight is NaN or infinite. That state was not saved, and a
 * resumed run, which has the same bits, ends there too.
 */
export class NonfiniteError extends UserError {
  constructor(
    what: string,
    { step, epoch }: { readonly step: number; readonly epoch: number },
    origin: Nonfinite | undefined,
  ) {
    const layer = origin?.layer ? `layer ${origin.layer} (${origin.what})` : origin?.what;
    super(
      `${what} at step ${step} (epoch ${epoch + 1})${layer ? `, first in ${layer}` : ""}. ` +
        "Trained again it is the same: try a lower --lr or --clip-grad-norm 1",
    );
  }
}

/** Where NaN or infinity first appears. */
interface Nonfinite {
  /** The layer, by the name its weights begin with; undefined before the first one. */
  readonly layer: string | undefined;
  /** What is not finite. */
  readonly what: string;
}

/** The name of the layer that a weight belongs to: `2.weight` is of layer `2`. */
function layerOf(name: string): string {
  return name.slice(0, Math.max(0, name.lastIndexOf(".")));
}

/** The first weight or buffer with a value that is NaN or infinite. */
function nonfiniteWeight(tensors: readonly NamedTensor[]): Nonfinite | undefined {
  const found = tensors.find(({ tensor }) => !tensor.allFinite());
  return found && { layer: layerOf(found.name), what: `its ${found.name}` };
}

/** An update may overflow while its loss was finite: such weights are never saved. */
export function refuseNonfiniteWeights(
  state: {
    readonly weights: readonly NamedTensor[];
    readonly step: number;
    readonly epoch: number;
  },
): void {
  const origin = nonfiniteWeight(state.weights);
  if (origin !== undefined) throw new NonfiniteError("A weight is not finite", state, origin);
}

/**
 * Follows the tape from a loss that is not finite back to where that began: a weight, or else the
 * first operation with such a result, named by the last layer whose weights took part in it.
 */
export function nonfiniteOrigin(
  loss: Tensor,
  parameters: readonly NamedTensor[],
): Nonfinite | undefined {
  const weight = nonfiniteWeight(parameters);
  if (weight !== undefined) return weight;
  const names = new Map(parameters.map(({ name, tensor }) => [tensor, name]));
  let layer: string | undefined;
  for (const tensor of computedBefore(loss)) {
    for (const input of tensor.node?.inputs ?? []) {
      const name = names.get(input);
      if (name !== undefined) layer = layerOf(name);
    }
    if (!tensor.allFinite()) return { layer, what: tensor === loss ? "the loss" : "its output" };
  }
}

/** Runs a model over a set until its loss is not finite, and says where that began. */
export function nonfiniteInSet(
  model: Module,
  set: ImageSet,
  { device, loss: lossOf }: { readonly device: Device; readonly loss: Loss },
): Nonfinite | undefined {
  for (const { images, labels } of batches(set, evaluationBatch, { device })) {
    const found = scope(() => {
      const loss = lossOf(model.forward(images), labels, evaluation);
      return Number.isFinite(loss.item()) ? undefined : nonfiniteOrigin(loss, model.parameters);
    });
    if (found !== undefined) return found;
  }
}

/** All tensors that the tape knows on the way to `last`, in the order of their computation. */
function computedBefore(last: Tensor): Tensor[] {
  const found = new Set([last]);
  for (const tensor of found) {
    for (const input of tensor.node?.inputs ?? []) {
      if (!input.isLeaf) found.add(input);
    }
  }
  return [...found].sort((a, b) => (a.node?.order ?? 0) - (b.node?.order ?? 0));
}
