import { native } from "../../ffi/mod.ts";
import { type LearningRate, optimizer, type OptimizerSpec } from "./optimizer.ts";
import { decay, eps, lr, momentum, weightDecay } from "./settings.ts";

/** Settings of RMSprop. */
export interface RmspropOptions extends LearningRate {
  /** Decay of the mean of squared gradients, 0.99 by default. */
  readonly alpha?: number;
  /** Added to the denominator, 1e-8 by default. */
  readonly eps?: number;
  /** Share of the last update that is kept, 0 by default. */
  readonly momentum?: number;
  /** Share of the weights added to their gradients, 0 by default. */
  readonly weightDecay?: number;
}

/** RMSprop (Hinton, lecture 6e), as `torch.optim.RMSprop`. */
export const rmsprop: OptimizerSpec<RmspropOptions> = optimizer({
  name: "rmsprop",
  settings: {
    lr: lr(0.001),
    alpha: decay("mean of squared gradients")(0.99),
    eps: eps(1e-8),
    momentum: momentum(0),
    weightDecay: weightDecay(0),
  },
  later: ["alpha", "eps"],
  state: ({ momentum }) => momentum === 0 ? ["square_avg"] : ["square_avg", "momentum"],
  update({ settings: { alpha, eps, momentum, weightDecay }, ...of }) {
    native.rmsprop_step(
      of.parameters.handles,
      of.gradients.handles,
      of.state("square_avg").handles,
      of.state("momentum").handles,
      of.lr,
      alpha,
      eps,
      weightDecay,
      momentum,
    );
  },
});
