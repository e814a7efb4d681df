import { native } from "../../ffi/mod.ts";
import { type LearningRate, optimizer, type OptimizerSpec } from "./optimizer.ts";
import { decay, eps, lr, weightDecay } from "./settings.ts";

/** Settings of Adam and AdamW. */
export interface AdamOptions extends LearningRate {
  /** Decay of the mean of gradients, 0.9 by default. */
  readonly beta1?: number;
  /** Decay of the mean of squared gradients, 0.999 by default. */
  readonly beta2?: number;
  /** Added to the denominator, 1e-8 by default. */
  readonly eps?: number;
  /** Share of the weights added to their gradients (Adam, 0) or taken from them (AdamW, 0.01). */
  readonly weightDecay?: number;
}

/** Adam (Kingma and Ba, arXiv 1412.6980), as `torch.optim.Adam`. */
export const adam: OptimizerSpec<AdamOptions> = adamLike("adam", false, 0);

/** AdamW (Loshchilov and Hutter, arXiv 1711.05101), as `torch.optim.AdamW`. */
export const adamw: OptimizerSpec<AdamOptions> = adamLike("adamw", true, 0.01);

function adamLike(name: string, decoupled: boolean, decayed: number): OptimizerSpec<AdamOptions> {
  return optimizer({
    name,
    settings: {
      lr: lr(0.001),
      beta1: decay("mean of gradients")(0.9),
      beta2: decay("mean of squared gradients")(0.999),
      eps: eps(1e-8),
      weightDecay: weightDecay(decayed),
    },
    later: ["beta1", "beta2", "eps"],
    state: () => ["exp_avg", "exp_avg_sq"],
    update({ settings: { beta1, beta2, eps, weightDecay }, ...of }) {
      native.adam_step(
        of.parameters.handles,
        of.gradients.handles,
        of.state("exp_avg").handles,
        of.state("exp_avg_sq").handles,
        of.lr,
        beta1,
        beta2,
        eps,
        weightDecay,
        Number(decoupled),
        of.step,
      );
    },
  });
}
