import type { NamedTensor, Random, Shape, Tensor } from "../tensor/mod.ts";
import type { Initializer } from "./initialization.ts";

/** How a forward pass runs; evaluation is the default. */
export interface Mode {
  /** Whether it is a training step. */
  readonly training: boolean;
  /** Chance for dropout, at the place of this step: `random.at({ epoch, index: step })`. */
  readonly random?: Random;
  /** Epochs that are complete, in a run. */
  readonly epoch?: number;
  /** Steps since the run began. */
  readonly step?: number;
}

/** The mode of a `forward` that is given no mode. */
export const evaluation: Mode = { training: false };

/** What becomes of the output of layers that run one after the other. */
export interface Ending {
  /** What is added to it. */
  readonly added: Tensor;
  /** Whether the sum s becomes `max(s, 0)`. */
  readonly relu?: boolean;
}

/** What a tensor of a layer is before the layer is built. */
export interface TensorSpec {
  /** Lengths of its dimensions. */
  readonly shape: Shape;
  /** Makes its first values. */
  readonly init: Initializer;
}

/** A layer's tensors by their names within it, `weight`. */
export type Tensors = Readonly<Record<string, Tensor | undefined>>;

/** Specifications of some of a layer's tensors, by their names. */
export type TensorSpecs<Own> = { readonly [Name in keyof Own]?: TensorSpec };

/**
 * A layer is data: its kind, its numbers as further fields, the tensors it needs, and a function of
 * them. It holds no tensor and knows no neighbour; `build` draws its tensors.
 *
 * @example
 * ```ts
 * import { build, flatten, type Layer, linear, Random, sequential, Tensor } from "@wick/wick";
 *
 * // An activation of one's own, and a layer with a number and a weight.
 * const softsign: Layer = { kind: "softsign", forward: (x) => x.div(x.abs().add(1)) };
 *
 * interface Scale extends Layer<{ weight: Tensor }> {
 *   readonly features: number;
 * }
 * const scale = (features: number): Scale => ({
 *   kind: "scale",
 *   features,
 *   parameters: {
 *     weight: { shape: [features], init: (_random, shape, options) => Tensor.ones(shape, options) },
 *   },
 *   forward: (x, { tensors: { weight } }) => x.mul(weight),
 * });
 *
 * const layer = sequential(flatten, linear(784, 16), softsign, scale(16), linear(16, 10));
 * using model = build(layer, new Random(42, "init"));
 * console.log(model.modules.map(({ layer }) => layer.kind));
 * ```
 */
export interface Layer<Own = Tensors> {
  /**
   * What it computes, `conv2d`. Layers of one kind differ in their numbers and tensors alone, so a
   * function of one's own takes a kind of its own.
   */
  readonly kind: string;
  /** What is trained, in a fixed order. */
  readonly parameters?: TensorSpecs<Own>;
  /** What is kept with the parameters but not trained: running statistics. */
  readonly buffers?: TensorSpecs<Own>;
  /** The layers inside it, in the order in which `module.inner` runs them. */
  readonly layers?: readonly Layer[];
  /** The layer that this one is put around, whose tensors and inner layers it has. */
  readonly around?: Layer;
  /** What a model does to its images before its layers; feature maps are made of the result. */
  prepare?(images: Tensor): Tensor;
  /** The output for a batch `[batch, ..]`, given the module that was built of this layer. */
  forward(x: Tensor, module: Module<Own>, mode: Mode): Tensor;
}

/** The layer that layers such as `mirrored` are put around; a layer that is around none is its own. */
export const innermost = (layer: Layer): Layer =>
  layer.around === undefined ? layer : innermost(layer.around);

/** A layer with its tensors. Disposing it frees them. */
export interface Module<Own = Tensors> extends Disposable {
  /** What it was built of: its kind and its numbers. */
  readonly layer: Layer;
  /** What the full names of its tensors begin with, `0.` or nothing. */
  readonly prefix: string;
  /** The layer's own tensors. */
  readonly tensors: Own;
  /** What is trained, here and in the modules inside, in a fixed order. */
  readonly parameters: readonly NamedTensor[];
  /** What is kept with the parameters but not trained: running statistics. */
  readonly buffers: readonly NamedTensor[];
  /** What was built of `layer.layers`; parameters are named by their places, `0.weight`. */
  readonly modules: readonly Module[];
  /** Runs `modules` one after the other, then what `ending` says. */
  inner(x: Tensor, mode: Mode, ending?: Ending): Tensor;
  /** The output for a batch `[batch, ..]`. */
  forward(x: Tensor, mode?: Mode): Tensor;
}
