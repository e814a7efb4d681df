import type * as own from "./activations.ts";
import { ConvolutionGeometry, functional, PoolingGeometry, type Tensor } from "../tensor/mod.ts";
import type { Conv2d } from "./convolution.ts";
import type { Ending, Layer, Mode, Module, Tensors } from "./module.ts";
import type { BatchNorm, BatchNormTensors, Normalization } from "./normalization.ts";
import type { Pool2d } from "./pooling.ts";
import type { Residual } from "./residual.ts";
import type { Weights } from "./weights.ts";

/** Layers that run as one: a single layer, or a layer and those after it that join it. */
export interface Pass {
  /** The place of the first layer in its sequence. */
  readonly start: number;
  /** The layers, in their order. */
  readonly layers: readonly Layer[];
  /** The gradient of the ReLU that the pass ends in is left to the next pass. */
  readonly reluGradientDone: boolean;
  /** The pass before left the gradient of its ReLU to this one. */
  readonly inputFromRelu: boolean;
  /** Its second layer is a normalisation that is folded into the weight of the first. */
  readonly folds: boolean;
  /** Its second layer is a normalisation whose statistics the first gathers. */
  readonly gathers: boolean;
}

type Built<Kind extends Layer, Own> = Module<Own> & { readonly layer: Kind };

/** A native call, with other weights than the module's own where they are given. */
type Call = (x: Tensor, mode: Mode, weights?: Weights) => Tensor;

/** What a kind of layer can do for its neighbours. */
interface Row {
  /** Kinds that join it where they follow in the order of one of these rows; each may be left out. */
  readonly epilogue?: readonly (readonly string[])[];
  /** The kind of normalisation that evaluation folds into its weight where it follows. */
  readonly folds?: string;
  /** The kind of normalisation whose statistics it gathers in training where it follows. */
  readonly gathers?: string;
  /** Whether what a residual block adds, and the ReLU after it, can join it where nothing else follows. */
  readonly adds?: boolean;
  /** Whether a pass that it begins can leave the gradient of the ReLU at its end to the next pass. */
  readonly leavesReluGradient?: boolean;
  /** Whether its input's gradient can be zeroed where the ReLU before it gave 0. */
  readonly takesReluGradient?: boolean;
  /** The call of a pass that it begins with others. */
  forward?(module: Module, epilogue: functional.Epilogue): Call;
  /** The call that also gives the statistics of its output for a batch normalisation. */
  gather?(module: Module, epilogue: functional.Epilogue): (x: Tensor) => Gathered;
  /** What it adds to the call of a pass that it joins. */
  join?(layer: Layer): functional.Epilogue;
}

/** What a layer gives, and the statistics of its channels. */
interface Gathered {
  readonly y: Tensor;
  readonly statistics: Tensor;
}

const windows = ({ kernel, ...options }: Pool2d) => new PoolingGeometry(kernel, options);

const normalization: Row = {
  epilogue: [["relu"]],
  leavesReluGradient: true,
  forward: (module: Built<Normalization<Tensors>, Tensors>, epilogue) => (x, mode) =>
    module.layer.forward(x, module, mode, epilogue),
};

/** The row of an activation function, which a convolution or a linear layer can end in. */
const activation = <Kind extends Layer>(of: (layer: Kind) => functional.Activation): Row => ({
  join: (layer) => ({ activation: of(layer as Kind) }),
});

const { gelu, silu, tanh, sigmoid, hardswish, mish, leakyRelu, elu, softplus } =
  functional.activations;

const activations = {
  gelu: activation(() => gelu),
  silu: activation(() => silu),
  tanh: activation(() => tanh),
  sigmoid: activation(() => sigmoid),
  hardswish: activation(() => hardswish),
  mish: activation(() => mish),
  leakyRelu: activation((layer: ReturnType<typeof own.leakyRelu>) =>
    leakyRelu(layer.negativeSlope)
  ),
  elu: activation((layer: ReturnType<typeof own.elu>) => elu(layer.alpha)),
  softplus: activation((layer: ReturnType<typeof own.softplus>) =>
    softplus(layer.beta, layer.threshold)
  ),
};

const oneActivation = Object.keys(activations).map((kind) => [kind]);

const rows: Readonly<Record<string, Row>> = {
  ...activations,
  batchNorm1d: { ...normalization, adds: true },
  batchNorm2d: { ...normalization, adds: true, epilogue: [["relu", "maxPool2d"]] },
  groupNorm: normalization,
  conv2d: {
    epilogue: [["relu", "maxPool2d"], ["relu", "avgPool2d"], ...oneActivation],
    adds: true,
    folds: "batchNorm2d",
    gathers: "batchNorm2d",
    leavesReluGradient: true,
    takesReluGradient: true,
    forward({ layer, tensors }: Built<Conv2d, Weights>, epilogue) {
      const geometry = new ConvolutionGeometry(layer);
      return (x, _mode, { weight, bias } = tensors) =>
        functional.conv2d(x, weight, bias, geometry, epilogue);
    },
    gather({ layer, tensors: { weight, bias } }: Built<Conv2d, Weights>, epilogue) {
      const geometry = new ConvolutionGeometry(layer);
      return (x) => functional.conv2dForBatchNorm(x, weight, bias, geometry, epilogue);
    },
  },
  linear: {
    epilogue: [["relu"], ...oneActivation],
    folds: "batchNorm1d",
    forward: ({ tensors }: Module<Weights>, epilogue) => (x, _mode, { weight, bias } = tensors) =>
      functional.linear(x, weight, bias, epilogue),
  },
  relu: {
    leavesReluGradient: true,
    forward: () => functional.reluGradientDone,
    join: () => ({ relu: true }),
  },
  maxPool2d: {
    takesReluGradient: true,
    forward({ layer }: Built<Pool2d, Tensors>, { inputFromRelu }) {
      const geometry = windows(layer);
      return (x) => functional.maxPool2d(x, geometry, inputFromRelu);
    },
    join: (layer: Pool2d) => ({ pooling: windows(layer) }),
  },
  avgPool2d: { join: (layer: Pool2d) => ({ average: windows(layer) }) },
  residual: {
    epilogue: [["relu"]],
    forward: (module: Module, { relu }) => (x, mode) =>
      (module.layer as Residual).forward(x, module, mode, relu),
  },
};

const table: ReadonlyMap<string | undefined, Row> = new Map(Object.entries(rows));

/**
 * The passes of a sequence: neighbours are joined where that saves a pass over memory. Evaluation
 * also folds a batch normalisation into the weight and the bias before it, whose sums then round
 * otherwise; all else that is joined has the bits of its layers one by one.
 */
export function plan(layers: readonly Layer[], training: boolean): Pass[] {
  const passes: Pass[] = [];
  let inputFromRelu = false;
  for (let start = 0, end = 1; start < layers.length; start = end++) {
    const row = table.get(layers[start]!.kind);
    const next = layers[end]?.kind;
    const folds = !training && next !== undefined && next === row?.folds;
    const gathers = training && next !== undefined && next === row?.gathers;
    if (folds || gathers) end++;
    end += joining(layers.slice(end), gathers ? table.get(next)?.epilogue : row?.epilogue);
    const reluGradientDone = layers[end - 1]!.kind === "relu" &&
      row?.leavesReluGradient === true &&
      table.get(layers[end]?.kind)?.takesReluGradient === true;
    const joined = layers.slice(start, end);
    passes.push({ start, layers: joined, reluGradientDone, inputFromRelu, folds, gathers });
    inputFromRelu = reluGradientDone;
  }
  return passes;
}

/** How many of the layers join what comes before them: as many as one of the rows allows. */
function joining(layers: readonly Layer[], rows: readonly (readonly string[])[] = []): number {
  const along = (kinds: readonly string[]) => {
    let count = 0;
    for (const kind of kinds) if (layers[count]?.kind === kind) count++;
    return count;
  };
  return Math.max(0, ...rows.map(along));
}

/** A pass of a sequence, ready to run. */
interface Run {
  forward(x: Tensor, mode: Mode): Tensor;
  /** The same through what becomes of the sequence's output, if that joins the pass. */
  readonly end?: (x: Tensor, mode: Mode, ending: Ending) => Tensor;
}

function runOf(pass: Pass, modules: readonly Module[], given?: functional.BatchNormEpilogue): Run {
  if (pass.gathers) return gathering(pass, modules);
  const { start, layers, folds, gathers: _, ...gradients } = pass;
  const module = modules[start]!;
  const row = table.get(module.layer.kind);
  const joined = layers.slice(folds ? 2 : 1).map((layer) => table.get(layer.kind)?.join?.(layer));
  const epilogue = Object.assign({}, gradients, given, ...joined);
  const call = folds ? folded(row!, modules[start + 1]!) : row?.forward;
  const { reluGradientDone, inputFromRelu } = gradients;
  const isAlone = layers.length === 1 && !reluGradientDone && !inputFromRelu && !given;
  const forward = call === undefined || isAlone ? module.forward : call(module, epilogue);
  if (call === undefined || !row!.adds || joined.length > 0) return { forward };
  return { forward, end: (x, mode, ending) => call(module, { ...epilogue, ...ending })(x, mode) };
}

/** A pass whose first layer gathers the statistics of the normalisation after it. */
function gathering(pass: Pass, modules: readonly Module[]): Run {
  const { start, layers } = pass;
  const module = modules[start]!;
  const first = table.get(module.layer.kind)!.gather!(module, pass);
  const after = { ...pass, start: start + 1, layers: layers.slice(1), gathers: false };
  const rest = (statistics?: Tensor) =>
    runOf({ ...after, inputFromRelu: false }, modules, statistics && { statistics });
  const through = (x: Tensor, run: (rest: Run, y: Tensor) => Tensor) => {
    const { y, statistics } = first(x);
    const value = run(rest(statistics), y);
    statistics.dispose();
    if (!y.requiresGrad) y.dispose();
    return value;
  };
  const forward: Run["forward"] = (x, mode) => through(x, (rest, y) => rest.forward(y, mode));
  if (rest().end === undefined) return { forward };
  return {
    forward,
    end: (x, mode, ending) => through(x, (rest, y) => rest.end!(y, mode, ending)),
  };
}

/** A row's call by the weights into which the normalisation after them is folded. */
function folded({ forward }: Row, after: Module): NonNullable<Row["forward"]> {
  const normalization = after as Built<BatchNorm, BatchNormTensors>;
  const { weight, bias, running_mean: mean, running_var: variance } = normalization.tensors;
  const given = { weight, bias, mean, variance };
  const { epsilon } = normalization.layer;
  return (module, epilogue) => {
    const call = forward!(module, epilogue);
    const own = (module as Module<Weights>).tensors;
    return (x, mode) => {
      const weights = functional.foldBatchNorm(own.weight, own.bias, given, epsilon);
      const y = call(x, mode, weights);
      for (const each of [weights.weight, weights.bias]) if (!each.requiresGrad) each.dispose();
      return y;
    };
  };
}

/** Runs modules one after the other, as `plan` joins them, and then what an ending says. */
export function sequence(modules: readonly Module[]): Module["inner"] {
  const layers = modules.map(({ layer }) => layer);
  const [training, evaluation] = [true, false].map((isTraining) =>
    plan(layers, isTraining).map((pass) => runOf(pass, modules))
  );
  return (x, mode, ending) => {
    let value = x;
    const go = (next: Tensor) => {
      // What no gradient needs goes at once: its memory is warm for the next layer.
      if (value !== x && value !== next && !next.requiresGrad) value.dispose();
      value = next;
    };
    const passes = mode.training ? training : evaluation;
    const last = ending && passes.at(-1)?.end;
    for (const pass of last ? passes.slice(0, -1) : passes) go(pass.forward(value, mode));
    if (ending === undefined) return value;
    if (last) {
      go(last(value, mode, ending));
    } else {
      go(ending.added.add(value));
      if (ending.relu) go(value.relu());
    }
    return value;
  };
}
