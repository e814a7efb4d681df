import { ConvolutionGeometry, functional, PoolingGeometry, type Tensor } from "../tensor/mod.ts";
import type * as activationLayers from "./activations.ts";
import type { Conv2d } from "./convolution.ts";
import type { Layer, Mode, Module, Tensors } from "./module.ts";
import {
  type BatchNorm,
  type BatchNormTensors,
  type Normalization,
  pendingBatchNorm,
} from "./normalization.ts";
import type { Pool2d } from "./pooling.ts";
import type { Residual } from "./residual.ts";
import type { Weights } from "./weights.ts";

/** What flows from one pass to the next. */
export interface Flow {
  /** Images or features. */
  readonly x: Tensor;
  /** The statistics of their channels, where they were gathered for a normalisation that follows. */
  readonly statistics?: Tensor;
  /** A normalisation of them that the next pass applies while it reads them. */
  readonly pending?: functional.PendingBatchNorm;
}

/** What a pass ends in, and what it leaves to the next pass or takes from the one before. */
export interface Joined extends functional.Epilogue {
  /** The statistics of the output are gathered for the normalisation that follows. */
  readonly gathers?: boolean;
  /** The normalisation is left to the next pass. */
  readonly pends?: boolean;
}

/** A pass's call, with other weights than the module's own where they are given. */
export type Call = (flow: Flow, mode: Mode, weights?: Weights) => Flow;

type Built<Kind extends Layer, Own> = Module<Own> & { readonly layer: Kind };

/** Rows of kinds. */
export type Kinds = readonly (readonly string[])[];

/** What a kind of layer can do for its neighbours. */
export interface Row {
  /** Kinds that join it where they follow in the order of one of these rows; each may be left out. */
  readonly epilogue?: Kinds;
  /** Those that join it in evaluation: in training their gradients need what comes before them. */
  readonly inEvaluation?: Kinds;
  /** The kind of normalisation that evaluation folds into its weight where it follows. */
  readonly folds?: string;
  /** The kind of normalisation whose statistics it gathers in training where it follows. */
  readonly gathers?: string;
  /** Whether it can leave itself, and a ReLU that joins it, to a layer that reads pending ones. */
  readonly pends?: boolean;
  /** Whether a normalisation before it can be left to it. */
  readsPending?(layer: Layer): boolean;
  /** Whether what a residual block adds, and the ReLU after it, can join it where nothing else follows. */
  readonly adds?: boolean;
  /** Whether a pass that it begins can leave the gradient of the ReLU at its end to the next pass. */
  readonly leavesReluGradient?: boolean;
  /** Whether its input's gradient can be zeroed where the ReLU before it gave 0. */
  readonly takesReluGradient?: boolean;
  /** The call of a pass that it begins with others. */
  forward?(module: Module, joined: Joined): Call;
  /** What it adds to the call of a pass that it joins. */
  join?(layer: Layer): functional.Epilogue;
}

const windows = ({ kernel, ...options }: Pool2d) => new PoolingGeometry(kernel, options);

const alone = (call: (x: Tensor, mode: Mode) => Tensor): Call => ({ x }, mode) => ({
  x: call(x, mode),
});

const normalization: Row = {
  epilogue: [["relu"]],
  leavesReluGradient: true,
  forward: (module: Built<Normalization<Tensors>, Tensors>, joined) =>
    alone((x, mode) => module.layer.forward(x, module, mode, joined)),
};

const batchNorm: Row = {
  ...normalization,
  adds: true,
  forward: (module: Built<BatchNorm, BatchNormTensors>, joined) => ({ x, statistics }, mode) => {
    const { layer } = module;
    const pending = joined.pends && pendingBatchNorm(module, x, mode, { ...joined, statistics });
    if (pending) return { x, pending };
    return { x: layer.forward(x, module, mode, { ...joined, statistics }) };
  },
};

/** The row of an activation function, which a convolution or a linear layer can end in. */
const activation = <Kind extends Layer>(of: (layer: Kind) => functional.Activation): Row => ({
  join: (layer) => ({ activation: of(layer as Kind) }),
});

const { gelu, silu, tanh, sigmoid, hardswish, mish, leakyRelu, elu, softplus } =
  functional.activations;

type Of<Name extends "leakyRelu" | "elu" | "softplus"> = ReturnType<typeof activationLayers[Name]>;

const activations = {
  gelu: activation(() => gelu),
  silu: activation(() => silu),
  tanh: activation(() => tanh),
  sigmoid: activation(() => sigmoid),
  hardswish: activation(() => hardswish),
  mish: activation(() => mish),
  leakyRelu: activation(({ negativeSlope }: Of<"leakyRelu">) => leakyRelu(negativeSlope)),
  elu: activation(({ alpha }: Of<"elu">) => elu(alpha)),
  softplus: activation(({ beta, threshold }: Of<"softplus">) => softplus(beta, threshold)),
};

const oneActivation = Object.keys(activations).map((kind) => [kind]);

const rows: Readonly<Record<string, Row>> = {
  ...activations,
  batchNorm1d: batchNorm,
  batchNorm2d: { ...batchNorm, pends: true, epilogue: [["relu", "maxPool2d"]] },
  groupNorm: normalization,
  conv2d: {
    epilogue: [["relu", "maxPool2d"]],
    inEvaluation: [["relu", "avgPool2d"], ...oneActivation],
    adds: true,
    folds: "batchNorm2d",
    gathers: "batchNorm2d",
    leavesReluGradient: true,
    takesReluGradient: true,
    readsPending: (layer: Conv2d) =>
      functional.readsPending(
        [layer.outputs, layer.inputs / layer.groups, ...layer.kernel],
        new ConvolutionGeometry(layer),
      ),
    forward({ layer, tensors }: Built<Conv2d, Weights>, joined) {
      const geometry = new ConvolutionGeometry(layer);
      return ({ x, pending }, _mode, { weight, bias } = tensors) => {
        const epilogue = pending ? { ...joined, pending } : joined;
        if (!joined.gathers) return { x: functional.conv2d(x, weight, bias, geometry, epilogue) };
        const { y, statistics } = functional.conv2dForBatchNorm(
          x,
          weight,
          bias,
          geometry,
          epilogue,
        );
        return { x: y, statistics };
      };
    },
  },
  linear: {
    epilogue: [["relu"]],
    inEvaluation: oneActivation,
    folds: "batchNorm1d",
    forward:
      ({ tensors }: Module<Weights>, joined) => ({ x }, _mode, { weight, bias } = tensors) => ({
        x: functional.linear(x, weight, bias, joined),
      }),
  },
  relu: {
    leavesReluGradient: true,
    forward: () => alone(functional.reluGradientDone),
    join: () => ({ relu: true }),
  },
  maxPool2d: {
    takesReluGradient: true,
    forward({ layer }: Built<Pool2d, Tensors>, { inputFromRelu }) {
      const geometry = windows(layer);
      return alone((x) => functional.maxPool2d(x, geometry, inputFromRelu));
    },
    join: (layer: Pool2d) => ({ pooling: windows(layer) }),
  },
  avgPool2d: { join: (layer: Pool2d) => ({ average: windows(layer) }) },
  residual: {
    epilogue: [["relu"]],
    forward: (module: Module, { relu }) =>
      alone((x, mode) => (module.layer as Residual).forward(x, module, mode, relu)),
  },
};

/** What each kind of layer can do for its neighbours; other kinds stand alone. */
export const table: ReadonlyMap<string | undefined, Row> = new Map(Object.entries(rows));

/** A row's call by the weights into which the batch normalisation after its layer is folded. */
export function folded({ forward }: Row, after: Module): NonNullable<Row["forward"]> {
  const normalization = after as Built<BatchNorm, BatchNormTensors>;
  const { weight, bias, running_mean: mean, running_var: variance } = normalization.tensors;
  const given = { weight, bias, mean, variance };
  const { epsilon } = normalization.layer;
  return (module, joined) => {
    const call = forward!(module, joined);
    const own = (module as Module<Weights>).tensors;
    return (flow, mode) => {
      const weights = functional.foldBatchNorm(own.weight, own.bias, given, epsilon);
      const y = call(flow, mode, weights);
      for (const each of [weights.weight, weights.bias]) if (!each.requiresGrad) each.dispose();
      return y;
    };
  };
}
