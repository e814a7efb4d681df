/** The optimizers: a file each, and a line in this one. @module */
import { adam, adamw } from "./adam.ts";
import { lion } from "./lion.ts";
import { muon } from "./muon.ts";
import { rmsprop } from "./rmsprop.ts";
import { sgd } from "./sgd.ts";

/** All optimizers, as `--opt` lists them. */
export const optimizers: readonly [
  typeof sgd,
  typeof adam,
  typeof adamw,
  typeof rmsprop,
  typeof lion,
  typeof muon,
] = [sgd, adam, adamw, rmsprop, lion, muon];

export { type AdamOptions } from "./adam.ts";
export { isBias, isNormOrBias, type ParameterGroup, parameterGroups } from "./groups.ts";
export { type LionOptions } from "./lion.ts";
export { lookahead, type LookaheadOptions } from "./lookahead.ts";
export { type MuonOptions } from "./muon.ts";
export {
  type Clipping,
  type LearningRate,
  type Optimizer,
  optimizer,
  type OptimizerDefinition,
  type OptimizerSpec,
  optimizerSpec,
  type OptimizerState,
  type TensorList,
  type Update,
} from "./optimizer.ts";
export { type RmspropOptions } from "./rmsprop.ts";
export { type SgdOptions } from "./sgd.ts";
export { adam, adamw, lion, muon, rmsprop, sgd };
