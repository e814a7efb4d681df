import { type NamedTensor, type Tensor, written } from "../tensor/mod.ts";
import { clipGradientNorm, type Update, updates } from "./updates.ts";

/** What every optimizer takes. */
export interface CommonOptions {
  /** Learning rate where `step` is given none. */
  readonly lr: number;
  /** Share of the weights added to their gradients (decoupled from them in AdamW), default 0. */
  readonly weightDecay?: number;
  /** Greatest norm of all gradients together; greater ones are scaled down. */
  readonly clipGradNorm?: number;
}

/** Stochastic gradient descent, as `torch.optim.SGD`. */
export interface SgdOptions extends CommonOptions {
  /** Which optimizer it is. */
  readonly name: "sgd";
  /** Share of the last update that is kept, 0 by default. */
  readonly momentum?: number;
  /** Share of the gradient that momentum leaves out, 0 by default. */
  readonly dampening?: number;
  /** Whether the gradient is looked at after the momentum's step (Nesterov). */
  readonly nesterov?: boolean;
}

/** Adam (Kingma and Ba, arXiv 1412.6980) or AdamW (arXiv 1711.05101), as in `torch.optim`. */
export interface AdamOptions extends CommonOptions {
  /** Which of the two it is. */
  readonly name: "adam" | "adamw";
  /** Decay of the two moments, `[0.9, 0.999]` by default. */
  readonly betas?: readonly [number, number];
  /** Added to the denominator, 1e-8 by default. */
  readonly eps?: number;
}

/** RMSprop (Hinton, lecture 6e), as `torch.optim.RMSprop`. */
export interface RmspropOptions extends CommonOptions {
  /** Which optimizer it is. */
  readonly name: "rmsprop";
  /** Decay of the mean square, 0.99 by default. */
  readonly alpha?: number;
  /** Added to the denominator, 1e-8 by default. */
  readonly eps?: number;
  /** Share of the last update that is kept, 0 by default. */
  readonly momentum?: number;
}

/** Which optimizer, and its settings. */
export type OptimizerOptions = SgdOptions | AdamOptions | RmspropOptions;

/** Updates parameters in place. Disposing it frees its state, not the parameters. */
export interface Optimizer extends Disposable {
  /** Steps made so far; set it to go on from a checkpoint. */
  stepCount: number;
  /** What it remembers, `optimizer.momentum.0.weight`: save it with the parameters. */
  readonly state: readonly NamedTensor[];
  /** One step along `gradients`, which are in the parameters' order, and are clipped in place. */
  step(gradients: readonly Tensor[], lr?: number): void;
}

/**
 * An optimizer of the parameters. Throws RangeError on settings out of range.
 *
 * @example
 * ```ts
 * import { build, createOptimizer, linear, Random } from "@wick/wick";
 *
 * using model = build(linear(784, 10), new Random(42, "init"));
 * using optimizer = createOptimizer({ name: "sgd", lr: 0.1, momentum: 0.9 }, model.parameters);
 * console.log(optimizer.state.map(({ name }) => name)); // momentum of weight and bias
 * ```
 */
export function createOptimizer(
  options: OptimizerOptions,
  parameters: readonly NamedTensor[],
): Optimizer {
  checkOptions(options);
  const { state, apply } = update(options, parameters);
  const handles = Float64Array.from(parameters, ({ tensor }) => tensor.handle);
  const gradientHandles = new Float64Array(parameters.length);
  return {
    stepCount: 0,
    state,
    step(gradients, lr = options.lr) {
      if (gradients.length !== parameters.length) {
        throw new RangeError(
          `Cannot step with ${gradients.length} gradients for ${parameters.length} parameters`,
        );
      }
      for (let i = 0; i < gradients.length; i++) gradientHandles[i] = gradients[i]!.handle;
      if (options.clipGradNorm !== undefined) {
        clipGradientNorm(gradientHandles, options.clipGradNorm);
        gradients.forEach(written);
      }
      apply(handles, gradientHandles, lr, this.stepCount);
      for (const { tensor } of parameters) written(tensor);
      this.stepCount++;
    },
    [Symbol.dispose]() {
      for (const { tensor } of state) tensor.dispose();
    },
  };
}

function update(options: OptimizerOptions, parameters: readonly NamedTensor[]): Update {
  switch (options.name) {
    case "sgd":
      return updates.sgd(options, parameters);
    case "adam":
    case "adamw":
      return updates.adam(options, parameters);
    case "rmsprop":
      return updates.rmsprop(options, parameters);
  }
}

function checkOptions(options: OptimizerOptions): void {
  const betas = "betas" in options ? options.betas ?? [] : [];
  const ranges: [name: string, value: number | undefined, below: number][] = [
    ["learning rate", options.lr, Infinity],
    ["weight decay", options.weightDecay, Infinity],
    ["momentum", "momentum" in options ? options.momentum : undefined, Infinity],
    ["epsilon", "eps" in options ? options.eps : undefined, Infinity],
    ["alpha", "alpha" in options ? options.alpha : undefined, Infinity],
    ...betas.map((beta): [string, number, number] => ["beta", beta, 1]),
  ];
  for (const [name, value, below] of ranges) {
    if (value !== undefined && !(value >= 0 && value < below)) {
      throw new RangeError(`The ${name} ${value} is not in [0, ${below})`);
    }
  }
  if (options.clipGradNorm !== undefined && !(options.clipGradNorm > 0)) {
    throw new RangeError(`The gradient norm ${options.clipGradNorm} to clip at is not above 0`);
  }
  if (options.name !== "sgd" || !options.nesterov) return;
  if (!options.momentum || options.dampening) {
    throw new RangeError("Nesterov's momentum needs a momentum above 0 and no dampening");
  }
}
