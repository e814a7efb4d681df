import {
  avgPool2d,
  batchNorm1d,
  batchNorm2d,
  conv2d,
  elu,
  flatten,
  gelu,
  groupNorm,
  hardswish,
  type Layer,
  layerNorm,
  leakyRelu,
  linear,
  maxPool2d,
  mish,
  relu,
  rmsNorm,
  sigmoid,
  softplus,
  tanh,
  type TensorSpec,
} from "../nn/mod.ts";
import { concat, type Device, Tensor, where } from "../tensor/mod.ts";
import type { StoredTensor } from "../storage/mod.ts";
import { valuesOf } from "./graph.ts";

/** What a node's attributes are, by names: the numbers of each. */
type Numbers = Readonly<Record<string, readonly number[]>>;

/** A node as it is read: its numbers, and those of its inputs that the file holds. */
export interface GivenNode {
  readonly inputs: readonly string[];
  readonly numbers: Numbers;
  /** Dimensions of its first input. */
  readonly rank: number;
  /** The tensor of an input that the file holds. */
  stored(input: number): StoredTensor;
}

/** What an operation is here: a layer of its first input, or a function of all inputs. */
type Read =
  | { readonly layer: (node: GivenNode) => Layer }
  | { readonly call: (inputs: readonly Tensor[], numbers: Numbers) => Tensor };

/** An operation that wick writes, and so reads. */
export type Operation = Read & {
  /** The attributes that it takes, with their values where there is one alone that is written. */
  readonly takes?: Readonly<Record<string, readonly number[] | undefined>>;
  /** How many inputs it takes, at least; 1 by default. */
  readonly inputs?: number;
  /** Dimensions of its output, where they are not those of its first input. */
  readonly rank?: number;
};

/** A tensor of a file's numbers. */
export const tensorOf = (stored: StoredTensor, device?: Device): Tensor =>
  Tensor.from(valuesOf(stored), stored.shape, { device });

/** The layer with tensors of the file, which are the node's inputs in this order. */
function withStored(layer: Layer, node: GivenNode, ...names: readonly string[]): Layer {
  const specs = names.map((name, i): [string, TensorSpec] => {
    const tensor = node.stored(i + 1);
    return [name, {
      shape: tensor.shape,
      init: (_random, _shape, options) => tensorOf(tensor, options?.device),
    }];
  });
  const own = new Set(names);
  const rest = (all: Layer["parameters"] = {}) =>
    Object.entries(all).filter(([name]) => !own.has(name));
  const buffers = Object.fromEntries(rest(layer.buffers));
  return {
    ...layer,
    parameters: Object.fromEntries([...specs, ...rest(layer.parameters)]),
    buffers,
  };
}

const weights = (node: GivenNode) => ["weight", "bias"].slice(0, node.inputs.length - 1);

const activation = (layer: Layer): Operation => ({ layer: () => layer });

const border = ([top, left, bottom, right]: readonly number[]): [number, number] => {
  if (top === bottom && left === right) return [top, left];
  throw new RangeError("it has borders that are not the same on both sides");
};

const pooling = (make: typeof maxPool2d): Operation => ({
  takes: { kernel_shape: undefined, strides: undefined, pads: undefined },
  layer({ numbers: { kernel_shape: kernel, strides: stride, pads } }) {
    return make(pair(kernel), { stride: pair(stride), padding: border(pads) });
  },
});

function pair(values: readonly number[]): readonly [number, number] {
  if (values.length === 2) return [values[0], values[1]];
  throw new RangeError("it is not of images with two directions");
}

/** The operations by their names in ONNX. */
export const operations: ReadonlyMap<string, Operation> = new Map(Object.entries<Operation>({
  Relu: activation(relu),
  Gelu: activation(gelu),
  Tanh: activation(tanh),
  Sigmoid: activation(sigmoid),
  HardSwish: activation(hardswish),
  Mish: activation(mish),
  Softplus: activation(softplus()),
  Identity: activation({ kind: "identity", forward: (x) => x }),
  LeakyRelu: {
    takes: { alpha: undefined },
    layer: ({ numbers: { alpha: [slope] } }) => leakyRelu(slope),
  },
  Elu: { takes: { alpha: undefined }, layer: ({ numbers: { alpha: [alpha] } }) => elu(alpha) },
  Flatten: { takes: { axis: [1] }, rank: 2, layer: () => flatten },
  Gemm: {
    takes: { transB: [1] },
    layer(node) {
      const [outputs, inputs] = pair(node.stored(1).shape);
      const bias = node.inputs.length > 2;
      return withStored(linear(inputs, outputs, { bias }), node, ...weights(node));
    },
  },
  Conv: {
    takes: {
      kernel_shape: undefined,
      strides: undefined,
      pads: undefined,
      dilations: undefined,
      group: undefined,
    },
    layer(node) {
      const { kernel_shape: kernel, strides, pads, dilations, group: [groups] } = node.numbers;
      const [outputs, inputs, ...lengths] = node.stored(1).shape;
      if (`${lengths}` !== `${kernel}`) throw new RangeError("its weight is not of its windows");
      const options = { kernel: pair(kernel), stride: pair(strides), dilation: pair(dilations) };
      const given = { ...options, padding: border(pads), groups, bias: node.inputs.length > 2 };
      return withStored(conv2d(inputs * groups, outputs, given), node, ...weights(node));
    },
  },
  MaxPool: pooling(maxPool2d),
  AveragePool: {
    ...pooling(avgPool2d),
    takes: { ...pooling(avgPool2d).takes, count_include_pad: [1] },
  },
  BatchNormalization: {
    takes: { epsilon: undefined },
    layer(node) {
      const make = node.rank === 2 ? batchNorm1d : batchNorm2d;
      const { numbers: { epsilon: [epsilon] } } = node;
      const layer = make(node.stored(1).shape[0], { epsilon });
      return withStored(layer, node, "weight", "bias", "running_mean", "running_var");
    },
  },
  LayerNormalization: {
    takes: { epsilon: undefined },
    layer: (node) =>
      withStored(
        layerNorm(node.stored(1).shape[0], { epsilon: node.numbers.epsilon[0] }),
        node,
        "weight",
        "bias",
      ),
  },
  GroupNormalization: {
    takes: { num_groups: undefined, epsilon: undefined },
    layer(node) {
      const { num_groups: [groups], epsilon: [epsilon] } = node.numbers;
      const layer = groupNorm(groups, node.stored(1).shape[0], { epsilon });
      return withStored(layer, node, "weight", "bias");
    },
  },
  RMSNormalization: {
    takes: { epsilon: undefined },
    layer(node) {
      const { numbers: { epsilon: [epsilon] } } = node;
      return withStored(rmsNorm(node.stored(1).shape[0], { epsilon }), node, "weight");
    },
  },
  Cast: { takes: { to: [1] }, call: ([x]) => x.cast("f32") },
  Transpose: { takes: { perm: undefined }, call: ([x], { perm }) => x.permute(perm) },
  Add: { inputs: 2, call: ([a, b]) => a.add(b) },
  Sub: { inputs: 2, call: ([a, b]) => a.sub(b) },
  Mul: { inputs: 2, call: ([a, b]) => a.mul(b) },
  Div: { inputs: 2, call: ([a, b]) => a.div(b) },
  Greater: { inputs: 2, call: ([a, b]) => a.gt(b) },
  Where: { inputs: 3, call: ([condition, a, b]) => where(condition, a, b) },
  Concat: { takes: { axis: [0] }, call: (inputs) => concat(inputs) },
  Shape: {
    takes: { start: [0], end: [1] },
    call: ([x]) => Tensor.from(BigInt64Array.of(BigInt(x.shape[0])), [1]),
  },
  Slice: { inputs: 4, call: sliced },
}));

/** A part of a dimension, or all of it backwards. */
function sliced([x, start, end, axis, step]: readonly Tensor[]): Tensor {
  const [from, to, dim, by] = [start, end, axis, step].map((each) => Number(each?.item() ?? 1));
  const length = x.shape[dim];
  if (by === 1) return x.slice(dim, from, Math.min(to, length) - from);
  if (by !== -1 || from !== -1 || to >= -length) {
    throw new RangeError(
      "it has a Slice that is neither a part of a dimension nor all of it backwards",
    );
  }
  const backwards = Uint32Array.from({ length }, (_, i) => length - 1 - i);
  return x.indexSelect(Tensor.from(backwards, [length], { device: x.device }), dim);
}
