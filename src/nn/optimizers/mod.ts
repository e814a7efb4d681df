/** The optimizers: a file each, and a line in this one. @module */
import { adam, adamw } from "./adam.ts";
import { rmsprop } from "./rmsprop.ts";
import { sgd } from "./sgd.ts";

/** All optimizers, as `--opt` lists them. */
export const optimizers: readonly [typeof sgd, typeof adam, typeof adamw, typeof rmsprop] = [
  sgd,
  adam,
  adamw,
  rmsprop,
];

export { type AdamOptions } from "./adam.ts";
export {
  type Clipping,
  type LearningRate,
  type Optimizer,
  optimizer,
  type OptimizerDefinition,
  type OptimizerSpec,
  type OptimizerState,
  type TensorList,
  type Update,
} from "./optimizer.ts";
export { type RmspropOptions } from "./rmsprop.ts";
export { type SgdOptions } from "./sgd.ts";
export { adam, adamw, rmsprop, sgd };
