/** The models: a file each, and a line in this one. @module */
import { cnn } from "./cnn.ts";
import { convnet } from "./convnet.ts";
import { convnext } from "./convnext.ts";
import { deepMlp } from "./deep_mlp.ts";
import { lenet5 } from "./lenet5.ts";
import { linear } from "./linear.ts";
import { mobilenet } from "./mobilenet.ts";
import { nonlinear } from "./nonlinear.ts";
import { resnet } from "./resnet.ts";
import { vgg } from "./vgg.ts";
import { wideResnet } from "./wide_resnet.ts";

/** All models, as `--model` lists them. */
export const models: readonly [
  typeof linear,
  typeof nonlinear,
  typeof cnn,
  typeof lenet5,
  typeof deepMlp,
  typeof vgg,
  typeof resnet,
  typeof wideResnet,
  typeof mobilenet,
  typeof convnext,
  typeof convnet,
] = [
  linear,
  nonlinear,
  cnn,
  lenet5,
  deepMlp,
  vgg,
  resnet,
  wideResnet,
  mobilenet,
  convnext,
  convnet,
];

export { type CnnOptions } from "./cnn.ts";
export { type ConvnetOptions } from "./convnet.ts";
export {
  type AnyModel,
  model,
  type ModelDefinition,
  type ModelInput,
  type ModelLayer,
  type ModelSpec,
  type Shapes,
} from "./model.ts";
export {
  importModel,
  isModelName,
  isModulePath,
  type ModelModule,
  ModuleError,
} from "./model_module.ts";
export { moduleDigests } from "./module_files.ts";
export { type ConvnextOptions } from "./convnext.ts";
export { type DeepMlpOptions } from "./deep_mlp.ts";
export { type MobilenetOptions } from "./mobilenet.ts";
export { type NonlinearOptions } from "./nonlinear.ts";
export { type ResnetOptions } from "./resnet.ts";
export { type VggOptions } from "./vgg.ts";
export { type WideResnetOptions } from "./wide_resnet.ts";
export {
  cnn,
  convnet,
  convnext,
  deepMlp,
  lenet5,
  linear,
  mobilenet,
  nonlinear,
  resnet,
  vgg,
  wideResnet,
};
