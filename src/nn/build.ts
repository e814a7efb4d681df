import {
  type FloatOptions,
  keep,
  type NamedTensor,
  parameter,
  type Random,
  type Tensor,
} from "../tensor/mod.ts";
import { sequence } from "./fusion.ts";
import { evaluation, type Layer, type Module, type Tensors, type TensorSpecs } from "./module.ts";

/**
 * A model with freshly drawn tensors, each from the child of `random` with the tensor's full name.
 *
 * @example
 * ```ts
 * import { build, flatten, linear, Random, sequential } from "@wick/wick";
 *
 * using model = build(sequential(flatten, linear(784, 10)), new Random(42, "init"));
 * console.log(model.parameters.map(({ name }) => name)); // ["1.weight", "1.bias"]
 * ```
 */
export const build = (layer: Layer, random: Random, options: FloatOptions = {}): Module =>
  buildAt("", layer, random, options);

function buildAt(prefix: string, layer: Layer, random: Random, options: FloatOptions): Module {
  const tensors: Record<string, Tensor> = {};
  const draw = (specs: TensorSpecs<Tensors> = {}, keepAs: (tensor: Tensor) => Tensor) =>
    Object.entries(specs).map(([key, spec]): NamedTensor => {
      const { shape, init } = spec!;
      const name = prefix + key;
      const tensor = keepAs(init(random.child(name), shape, options));
      tensors[key] = tensor;
      return { name, tensor };
    });
  const parameters = draw(layer.parameters, parameter);
  const buffers = draw(layer.buffers, keep);
  const modules = (layer.layers ?? []).map((inner, place) =>
    buildAt(`${prefix}${place}.`, inner, random, options)
  );
  for (const module of modules) {
    parameters.push(...module.parameters);
    buffers.push(...module.buffers);
  }
  const module: Module = {
    layer,
    prefix,
    tensors,
    parameters,
    buffers,
    modules,
    inner: sequence(modules),
    forward: (x, mode = evaluation) => layer.forward(x, module, mode),
    [Symbol.dispose]() {
      for (const { tensor } of parameters) tensor.dispose();
      for (const { tensor } of buffers) tensor.dispose();
    },
  };
  return module;
}
