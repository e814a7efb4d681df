import { fashionMnist, type ImageFormat } from "../data/mod.ts";
import type { Layer, Loss, Step } from "../nn/mod.ts";
import {
  type AnySpec,
  callable,
  type Complete,
  complete,
  type NoSettings,
  type Spec,
} from "../settings/mod.ts";

/** What a model is built for. */
export interface ModelInput extends Omit<ImageFormat, "classes"> {
  /** How many classes there are to tell apart. */
  readonly classes: number;
}

/** Shapes of a weights file's tensors by name; undefined where no tensor has that name. */
export type Shapes = (name: string) => readonly number[] | undefined;

/** A model's description, and how it is built. */
export interface ModelDefinition<Settings extends object> extends Spec<Settings> {
  /** What it is, in a few words. */
  readonly title: string;
  /** Settings of a run with this model where the user names no others: `{ opt: "sgd", lr: 0.02 }`. */
  readonly defaults?: Readonly<Record<string, string | number | boolean>>;
  /** The layers for images of this shape. */
  build(settings: Complete<Settings>, input: ModelInput): Layer;
  /** The loss of a training with it, instead of the cross-entropy that the config describes. */
  loss?(settings: Complete<Settings>): Loss;
  /** The forward half of a training step, where it is not the loss of the model's outputs alone. */
  step?(settings: Complete<Settings>): Step;
  /** The settings that weights of these shapes were made with, for files that do not tell them. */
  settingsOf?(shapes: Shapes): Partial<Settings>;
}

/** The layers of a model, and what it trains with instead of the cross-entropy and the plain step. */
export interface ModelLayer extends Layer {
  /** The loss of a training with it. */
  readonly loss?: Loss;
  /** The forward half of its training step. */
  readonly step?: Step;
}

/** A model of its settings, for images of Fashion-MNIST's format unless another is given. */
export interface ModelSpec<Settings extends object = NoSettings>
  extends Omit<ModelDefinition<Settings>, "build"> {
  (settings?: Partial<Settings>, format?: ImageFormat): ModelLayer;
  /** The model of settings that come from outside, such as a config. */
  of(settings: object, format: ImageFormat): ModelLayer;
}

/** A model whose settings the types do not know. */
export interface AnyModel
  extends AnySpec, Pick<ModelSpec<object>, "title" | "defaults" | "loss" | "step"> {
  /** The model of settings that come from outside, such as a config. */
  of(settings: object, format: ImageFormat): Layer;
  /** The settings that weights of these shapes were made with, for files that do not tell them. */
  settingsOf?(shapes: Shapes): object;
}

/**
 * Makes a model of its definition. Calling it throws RangeError for settings out of range.
 *
 * @example
 * ```ts
 * import { flatten, linear, model, sequential } from "@wick/wick";
 *
 * const perceptron = model({
 *   name: "perceptron",
 *   title: "one linear layer",
 *   settings: {},
 *   build: (_, { channels, height, width, classes }) =>
 *     sequential(flatten, linear(channels * height * width, classes)),
 * });
 * console.log(perceptron().kind); // "sequential"
 * ```
 */
export function model<Settings extends object>(
  { build, ...spec }: ModelDefinition<Settings>,
): ModelSpec<Settings> {
  const of = (given: object, { channels, height, width, classes }: ImageFormat): ModelLayer => {
    const settings = complete(spec, given);
    const layer = build(settings, { channels, height, width, classes: classes.length });
    const { loss, step } = spec;
    if (loss === undefined && step === undefined) return layer;
    return {
      ...layer,
      ...(loss && { loss: loss(settings) }),
      ...(step && { step: step(settings) }),
    };
  };
  return callable(
    (settings: object = {}, format: ImageFormat = fashionMnist) => of(settings, format),
    { ...spec, of },
  );
}
