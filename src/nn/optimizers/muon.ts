import { native } from "../../ffi/mod.ts";
import type { Tensor } from "../../tensor/mod.ts";
import { adamw } from "./adam.ts";
import { parameterGroups } from "./groups.ts";
import { type LearningRate, optimizer, type OptimizerSpec, optimizerSpec } from "./optimizer.ts";
import { lr, momentum, weightDecay } from "./settings.ts";

/** Settings of Muon. */
export interface MuonOptions extends LearningRate {
  /** Share of the mean of gradients that is kept, 0.95 by default; Nesterov's. */
  readonly momentum?: number;
  /** Share of the weights taken from them, 0 by default. */
  readonly weightDecay?: number;
  /** Learning rate of AdamW for parameters that are no matrices, 0.0003 by default. */
  readonly othersLr?: number;
}

const others = {
  othersLr: lr(0.0003).describe("learning rate of parameters that are no matrices"),
};
const own = { lr: lr(0.02), momentum: momentum(0.95), weightDecay: weightDecay(0) };

/** The iteration's coefficients: the steepest at 0 that keep singular values near 1. */
const [a, b, c] = [3.4445, -4.775, 2.0315];

/**
 * Makes a matrix nearly orthogonal, its singular values between about 0.7 and 1.2, by five steps of a
 * Newton-Schulz iteration of degree 5.
 */
export function orthogonalized(matrix: Tensor): Tensor {
  const [rows, columns] = matrix.shape;
  const tall = rows > columns;
  const wide = tall ? matrix.transpose() : matrix;
  let x = wide.div(wide.square().sum().sqrt().add(1e-7));
  for (let step = 0; step < 5; step++) {
    const gram = x.matmul(x.transpose());
    x = x.mul(a).add(gram.mul(b).add(gram.matmul(gram).mul(c)).matmul(x));
  }
  return tall ? x.transpose() : x;
}

/** Muon's update, for parameters that are matrices or, like filters, rows of numbers. */
const matrices: OptimizerSpec<Omit<MuonOptions, "othersLr">> = optimizer({
  name: "muon",
  settings: own,
  state: () => ["momentum"],
  update({ settings: { momentum, weightDecay }, parameters, gradients, state, lr }) {
    const means = state("momentum");
    native.average_step(means.handles, gradients.handles, 1 - momentum);
    parameters.tensors.forEach((parameter, i) => {
      const { shape: [rows], shape } = parameter;
      const columns = shape.slice(1).reduce((product, length) => product * length, 1);
      const gradient = gradients.tensors[i];
      const ahead = gradient.add(means.tensors[i].sub(gradient).mul(momentum));
      const update = orthogonalized(ahead.reshape([rows, columns])).reshape(shape);
      const scale = lr * Math.sqrt(Math.max(1, rows / columns));
      parameter.assign(parameter.mul(1 - lr * weightDecay).sub(update.mul(scale)));
    });
  },
});

/**
 * Muon (Keller Jordan, kellerjordan.github.io/posts/muon, as `torch.optim.Muon`, in f32): the mean of
 * gradients, made orthogonal, is the update of matrices and of filters; AdamW updates the others.
 */
export const muon: OptimizerSpec<MuonOptions> = optimizerSpec(
  { name: "muon", settings: { ...own, ...others } },
  ({ othersLr, ...settings }, clipping) => {
    const { lr, weightDecay } = settings;
    return parameterGroups([
      {
        optimizer: adamw({ lr: othersLr, weightDecay }),
        takes: ({ tensor }) => tensor.rank < 2,
        rateFactor: othersLr / lr,
      },
      { optimizer: matrices(settings) },
    ], clipping);
  },
);
