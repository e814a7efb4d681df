import type { Batch } from "../data/mod.ts";
import { checkOutputs, type Mode, plainStep } from "../nn/mod.ts";
import { accumulateMetrics, gradients, type Tensor } from "../tensor/mod.ts";
import { NonfiniteError, nonfiniteOrigin } from "./nonfinite.ts";
import type { TrainingState } from "./state.ts";

/** How the images of a step are computed, and where their figures go. */
export interface Pass {
  readonly mode: Mode;
  /** f64 `[3]`, to which losses, correct predictions and examples are added. */
  readonly totals: Tensor;
}

/** The gradients of the mean loss of some images. Throws where the loss is NaN or infinite. */
export function batchGradients(
  state: TrainingState,
  batch: Batch,
  { mode, totals }: Pass = state,
): Tensor[] {
  const { model, parameters, recipe } = state;
  const { step = plainStep } = recipe;
  const { loss, outputs } = step(model, batch, mode, recipe.loss);
  checkOutputs(outputs, batch.classes);
  state.loss = loss.item();
  if (!Number.isFinite(state.loss)) {
    const origin = nonfiniteOrigin(loss, model.parameters);
    throw new NonfiniteError(`The training loss is ${state.loss}`, state, origin);
  }
  const slopes = gradients(loss, parameters);
  accumulateMetrics(totals, loss, outputs, batch.labels);
  return slopes;
}
