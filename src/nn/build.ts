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
  const draw = (specs: TensorSpecs<Tensors> = {}, own: (tensor: Tensor) => Tensor) =>
    Object.entries(specs).map(([key, spec]) => {
      const { shape, init } = spec!;
      const name = prefix + key;
      return { key, name, tensor: own(init(random.child(name), shape, options)) };
    });
  const drawn = draw(layer.parameters, parameter);
  const kept = draw(layer.buffers, keep);
  const modules = (layer.layers ?? []).map((inner, place) =>
    buildAt(`${prefix}${place}.`, inner, random, options)
  );
  const named = ({ name, tensor }: NamedTensor): NamedTensor => ({ name, tensor });
  const parameters = [...drawn.map(named), ...modules.flatMap((module) => module.parameters)];
  const buffers = [...kept.map(named), ...modules.flatMap((module) => module.buffers)];
  const module: Module = {
    layer,
    prefix,
    tensors: Object.fromEntries([...drawn, ...kept].map(({ key, tensor }) => [key, tensor])),
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
