import { z } from "zod";
import { native } from "../../ffi/mod.ts";
import { type LearningRate, optimizer, type OptimizerSpec } from "./optimizer.ts";
import { lr, momentum, weightDecay } from "./settings.ts";

/** Settings of stochastic gradient descent. */
export interface SgdOptions extends LearningRate {
  /** Share of the last update that is kept, 0 by default. */
  readonly momentum?: number;
  /** Whether the gradient is looked at after the momentum's step (Nesterov). */
  readonly nesterov?: boolean;
  /** Share of the gradient that momentum leaves out, 0 by default. */
  readonly dampening?: number;
  /** Share of the weights added to their gradients, 0 by default. */
  readonly weightDecay?: number;
}

/** Stochastic gradient descent, as `torch.optim.SGD`. */
export const sgd: OptimizerSpec<SgdOptions> = optimizer({
  name: "sgd",
  settings: {
    lr: lr(0.1),
    momentum: momentum(0),
    nesterov: z.boolean().default(false).describe("Nesterov's momentum"),
    dampening: z.number().min(0).lt(1).default(0)
      .describe("share of the gradient that momentum leaves out"),
    weightDecay: weightDecay(0),
  },
  later: ["dampening"],
  check({ nesterov, momentum, dampening }, spell) {
    if (!nesterov) return undefined;
    if (momentum === 0) return `${spell("nesterov")} needs ${spell("momentum")} above 0`;
    if (dampening > 0) return `${spell("nesterov")} needs ${spell("dampening")} 0`;
  },
  state: ({ momentum }) => momentum === 0 ? [] : ["momentum"],
  update({ settings, parameters, gradients, state, lr, step }) {
    const { momentum, dampening, nesterov, weightDecay } = settings;
    native.sgd_step(
      parameters.handles,
      gradients.handles,
      state("momentum").handles,
      lr,
      momentum,
      dampening,
      Number(nesterov),
      weightDecay,
      Number(step === 1),
    );
  },
});
