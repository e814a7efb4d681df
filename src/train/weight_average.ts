import { native } from "../ffi/mod.ts";
import { build, type Layer, type Module } from "../nn/mod.ts";
import { type NamedTensor, Random, written } from "../tensor/mod.ts";
import type { Recipe } from "./recipe.ts";

type Handles = Float64Array<ArrayBuffer>;

/**
 * A second model, whose weights are exponential moving averages of the trained one's (timm's
 * ModelEmaV2): `average = decay * average + (1 - decay) * weight` after each step, from the initial
 * weights on. Running statistics are averaged too, and counts are copied.
 */
export class WeightAverage implements Disposable {
  readonly model: Module;
  readonly #decay: number;
  readonly #pairs: readonly (readonly [average: NamedTensor, trained: NamedTensor])[];
  readonly #handles: readonly [averages: Handles, trained: Handles];

  constructor(layer: Layer, trained: Module, { ema, seed, device }: Recipe) {
    this.model = build(layer, new Random(seed, "init"), { device });
    this.#decay = ema;
    const ofTrained = tensorsOf(trained);
    this.#pairs = tensorsOf(this.model).map((average, i) => [average, ofTrained[i]]);
    const averaged = this.#pairs.filter(isAveraged);
    const handles = (side: 0 | 1) =>
      Float64Array.from(averaged, (pair) => pair[side].tensor.handle);
    this.#handles = [handles(0), handles(1)];
  }

  /** What a checkpoint holds of it. */
  get tensors(): NamedTensor[] {
    return this.#pairs.map(([{ name, tensor }]) => ({ name: `train.ema.${name}`, tensor }));
  }

  /** Takes in the trained model's weights, after a step. */
  update(): void {
    native.average_step(...this.#handles, 1 - this.#decay);
    for (const [average, trained] of this.#pairs) {
      if (isAveraged([average])) written(average.tensor);
      else average.tensor.assign(trained.tensor);
    }
  }

  [Symbol.dispose](): void {
    this.model[Symbol.dispose]();
  }
}

const tensorsOf = ({ parameters, buffers }: Module) => [...parameters, ...buffers];

/** Whether it is a number with a mean, and not a count. */
const isAveraged = ([{ tensor: { dtype } }]: readonly NamedTensor[]): boolean =>
  dtype === "f32" || dtype === "f64";
