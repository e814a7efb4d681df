/** The models: a file each, and a line in this one. @module */
import { cnn } from "./cnn.ts";
import { linear } from "./linear.ts";
import { nonlinear } from "./nonlinear.ts";

/** All models, as `--model` lists them. */
export const models: readonly [typeof linear, typeof nonlinear, typeof cnn] = [
  linear,
  nonlinear,
  cnn,
];

export { type CnnOptions } from "./cnn.ts";
export {
  type AnyModel,
  model,
  type ModelDefinition,
  type ModelInput,
  type ModelSpec,
  type Shapes,
} from "./model.ts";
export { importModel, isModulePath, type ModelModule } from "./model_module.ts";
export { moduleDigests } from "./module_files.ts";
export { type NonlinearOptions } from "./nonlinear.ts";
export { cnn, linear, nonlinear };
