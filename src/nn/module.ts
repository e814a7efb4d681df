import type { FloatOptions, NamedTensor, PoolingGeometry, Random, Tensor } from "../tensor/mod.ts";

/** How a forward pass runs; evaluation is the default. */
export interface Mode {
  /** Whether it is a training step. */
  readonly training: boolean;
  /** Chance for dropout, at the place of this step: `random.at({ epoch, index: step })`. */
  readonly random?: Random;
}

/** The mode of `forward` where none is given. */
export const evaluation: Mode = { training: false };

/** A part of a model with its weights. Disposing it frees them. */
export interface Module extends Disposable {
  /** What is trained, in a fixed order. */
  readonly parameters: readonly NamedTensor[];
  /** What is kept with the parameters but not trained: running statistics. */
  readonly buffers: readonly NamedTensor[];
  /** What a `sequential` runs one after the other. */
  readonly modules?: readonly NamedModule[];
  /** The output for a batch `[batch, ..]`. */
  forward(x: Tensor, mode?: Mode): Tensor;
  /** The output of this module and the max-pooling after it, where they are joined. */
  forwardPooled?(x: Tensor): Tensor;
}

/** One of the modules of a `sequential`, under its place in it. */
export interface NamedModule {
  /** What its parameters' names begin with, `0`. */
  readonly name: string;
  /** What it is, `conv2d`. */
  readonly kind: string;
  /** The module itself. */
  readonly module: Module;
}

/** A module's definition, without weights. */
export interface Layer {
  /** What it is, `conv2d`. */
  readonly kind: string;
  /** The windows of a max-pooling. */
  readonly pooling?: PoolingGeometry;
  /** Makes the module with its weights. */
  build(site: Site): Module;
}

/** The place in a model that a module is built for. */
export interface Site {
  /** What its parameters' names begin with, `0.` or nothing. */
  readonly prefix: string;
  /** Chance for initial weights; a parameter draws from the child of its name. */
  readonly random: Random;
  /** Dtype and device of the parameters. */
  readonly options: FloatOptions;
  /** Whether `sequential` may join operations. */
  readonly fuse: boolean;
  /** What is joined with this module. */
  readonly fusion: Fusion;
}

/** What a module does for its neighbours in a `sequential`. */
export interface Fusion {
  /** Ends in a ReLU. */
  readonly relu?: boolean;
  /** That ReLU's gradient is done by the next module. */
  readonly reluGradientDone?: boolean;
  /** The input came out of a ReLU whose gradient is left to this module. */
  readonly inputFromRelu?: boolean;
  /** The windows of the max-pooling after it, which it can do too. */
  readonly pooling?: PoolingGeometry;
}

/** Options of `build`. */
export interface BuildOptions extends FloatOptions {
  /** Whether neighbouring operations are joined where that saves passes; the results are equal. */
  readonly fuse?: boolean;
}

/**
 * A model with freshly drawn weights.
 *
 * @example
 * ```ts
 * import { build, flatten, linear, Random, sequential } from "@wick/wick";
 *
 * using model = build(sequential(flatten, linear(784, 10)), new Random(42, "init"));
 * console.log(model.parameters.map(({ name }) => name)); // ["1.weight", "1.bias"]
 * ```
 */
export function build(
  layer: Layer,
  random: Random,
  { fuse = true, ...options }: BuildOptions = {},
): Module {
  return layer.build({ prefix: "", random, options, fuse, fusion: {} });
}

/** A module of named tensors and a forward function. */
export function moduleOf(
  forward: (x: Tensor, mode: Mode) => Tensor,
  parameters: readonly NamedTensor[] = [],
  buffers: readonly NamedTensor[] = [],
): Module {
  return {
    parameters,
    buffers,
    forward: (x, mode = evaluation) => forward(x, mode),
    [Symbol.dispose]() {
      for (const { tensor } of parameters) tensor.dispose();
      for (const { tensor } of buffers) tensor.dispose();
    },
  };
}

/** The definition of a module that has no weights. */
export const stateless = (
  kind: string,
  forward: (x: Tensor, mode: Mode) => Tensor,
): Layer => ({ kind, build: () => moduleOf(forward) });
