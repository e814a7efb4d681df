import { native } from "../../ffi/mod.ts";
import { type LearningRate, optimizer, type OptimizerSpec } from "./optimizer.ts";
import { decay, lr, weightDecay } from "./settings.ts";

/** Settings of Lion. */
export interface LionOptions extends LearningRate {
  /** Share of the mean in what the update is the sign of, 0.9 by default. */
  readonly beta1?: number;
  /** Decay of the mean of gradients, 0.99 by default. */
  readonly beta2?: number;
  /** Share of the weights taken from them, 0 by default. */
  readonly weightDecay?: number;
}

/** Lion (Chen et al., arXiv 2302.06675): every weight moves by the rate, in the direction of a sign. */
export const lion: OptimizerSpec<LionOptions> = optimizer({
  name: "lion",
  settings: {
    lr: lr(0.0001),
    beta1: decay("mean of gradients")(0.9),
    beta2: decay("mean of gradients")(0.99),
    weightDecay: weightDecay(0),
  },
  state: () => ["exp_avg"],
  update({ settings: { beta1, beta2, weightDecay }, ...of }) {
    native.lion_step(
      of.parameters.handles,
      of.gradients.handles,
      of.state("exp_avg").handles,
      of.lr,
      beta1,
      beta2,
      weightDecay,
    );
  },
});
