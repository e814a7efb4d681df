/** The models, and their names. @module */

export { cnn, type CnnOptions } from "./cnn.ts";
export { linear, type LinearOptions } from "./linear.ts";
export { nonlinear, type NonlinearOptions } from "./nonlinear.ts";
export { createModel, type ModelName, modelName, type ModelOptions, models } from "./registry.ts";
