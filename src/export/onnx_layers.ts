import type {
  BatchNorm,
  Conv2d,
  Layer,
  LayerNorm,
  Module,
  Pool2d,
  Residual,
  RMSNorm,
  Standardized,
} from "../nn/mod.ts";
import { writeGroupNorm } from "./onnx_group_norm.ts";
import { type GraphBuilder, LayerNodes, unknownLayer } from "./graph.ts";

interface Form {
  /** Adds the layer's nodes, whose input is `x`, and returns the name of their output. */
  write(nodes: LayerNodes, x: string, layer: Layer): string;
}

/** A layer that is one operation without weights and numbers. */
const plain = (op: string, since?: number): Form["write"] => (nodes, x) =>
  nodes.add(op, [x], {}, since);

const twice = ([vertical, horizontal]: readonly [number, number]) => ({
  ints: [vertical, horizontal, vertical, horizontal], // at the beginning and at the end
});

const windows = ({ kernel, stride, padding }: Pool2d) => ({
  kernel_shape: { ints: kernel },
  strides: { ints: stride },
  pads: twice(padding),
});

const batchNorm: Form["write"] = (nodes, x, { epsilon }: BatchNorm) =>
  nodes.add(
    "BatchNormalization",
    [x, ...nodes.weights("weight", "bias", "running_mean", "running_var")],
    { epsilon: { f: epsilon } },
  );

const layerNorm: Form["write"] = (nodes, x, { epsilon }: LayerNorm) =>
  nodes.add("LayerNormalization", [x, ...nodes.weights("weight", "bias")], {
    epsilon: { f: epsilon },
  });

/** What a layer of each kind is in ONNX (https://onnx.ai/onnx/operators). */
export const onnxForms: Readonly<Record<string, Form["write"]>> = {
  relu: plain("Relu"),
  gelu: plain("Gelu", 20),
  silu: (nodes, x) => nodes.add("Mul", [x, nodes.add("Sigmoid", [x])]),
  tanh: plain("Tanh"),
  sigmoid: plain("Sigmoid"),
  hardswish: plain("HardSwish"),
  mish: plain("Mish", 18),
  leakyRelu: (nodes, x, { negativeSlope }: Layer & { negativeSlope: number }) =>
    nodes.add("LeakyRelu", [x], { alpha: { f: negativeSlope } }),
  elu: (nodes, x, { alpha }: Layer & { alpha: number }) =>
    nodes.add("Elu", [x], { alpha: { f: alpha } }),
  softplus(nodes, x, { beta, threshold }: Layer & { beta: number; threshold: number }) {
    if (beta === 1 && threshold === 20) return nodes.add("Softplus", [x]);
    const [scale, limit] = [beta, threshold].map((value) =>
      nodes.constant(Float32Array.of(value), [])
    );
    const scaled = nodes.add("Mul", [x, scale]);
    const soft = nodes.add("Div", [nodes.add("Softplus", [scaled]), scale]);
    return nodes.add("Where", [nodes.add("Greater", [scaled, limit]), x, soft]);
  },
  flatten: (nodes, x) => nodes.add("Flatten", [x], { axis: { i: 1 } }),
  dropout: (_nodes, x) => x, // in evaluation it is nothing
  linear: (nodes, x) =>
    nodes.add("Gemm", [x, ...nodes.weights("weight", "bias")], { transB: { i: 1 } }),
  conv2d: (nodes, x, { kernel, stride, padding, dilation, groups }: Conv2d) =>
    nodes.add("Conv", [x, ...nodes.weights("weight", "bias")], {
      kernel_shape: { ints: kernel },
      strides: { ints: stride },
      pads: twice(padding),
      dilations: { ints: dilation },
      group: { i: groups },
    }),
  maxPool2d: (nodes, x, layer: Pool2d) => nodes.add("MaxPool", [x], windows(layer)),
  avgPool2d: (nodes, x, layer: Pool2d) =>
    nodes.add("AveragePool", [x], { ...windows(layer), count_include_pad: { i: 1 } }),
  batchNorm1d: batchNorm,
  batchNorm2d: batchNorm,
  layerNorm,
  layerNorm2d(nodes, x, layer) {
    const last = nodes.add("Transpose", [x], { perm: { ints: [0, 2, 3, 1] } });
    const normalized = layerNorm(nodes, last, layer);
    return nodes.add("Transpose", [normalized], { perm: { ints: [0, 3, 1, 2] } });
  },
  groupNorm: writeGroupNorm,
  rmsNorm: (nodes, x, { epsilon }: RMSNorm) =>
    nodes.add(
      "RMSNormalization",
      [x, ...nodes.weights("weight")],
      { epsilon: { f: epsilon } },
      23,
    ),
  sequential: (nodes, x) => writeModules(nodes.graph, nodes.module.modules, x),
  residual(nodes, x, { shortcut }: Residual) {
    const { graph, module: { modules } } = nodes;
    if (shortcut === undefined) return nodes.add("Add", [x, writeModules(graph, modules, x)]);
    const [change, base] = modules.map((module) => writeModules(graph, [module], x));
    return nodes.add("Add", [base, change]);
  },
  standardized(nodes, x, { mean, std, around }: Standardized) {
    const shape = [1, mean.length, 1, 1];
    const centred = nodes.add("Sub", [x, nodes.constant(Float32Array.from(mean), shape)]);
    const scaled = nodes.add("Div", [centred, nodes.constant(Float32Array.from(std), shape)]);
    return write(nodes, scaled, around!);
  },
  mirrored(nodes, x, { around }) {
    const [width, end] = [3, -(2 ** 31)];
    const backwards = [end, width, -1].map((number) => nodes.integers(number));
    const mirror = nodes.add("Slice", [x, nodes.integers(-1), ...backwards]);
    const both = nodes.add("Concat", [x, mirror], { axis: { i: 0 } });
    const y = write(nodes, both, around!);
    const count = nodes.add("Shape", [x], { start: { i: 0 }, end: { i: 1 } });
    const [first, images, all] = [0, 0, 2 ** 31 - 1].map((number) => nodes.integers(number));
    const own = nodes.add("Slice", [y, first, count, images]);
    const turned = nodes.add("Slice", [y, count, all, images]);
    return nodes.add("Mul", [
      nodes.add("Add", [own, turned]),
      nodes.constant(Float32Array.of(0.5), []),
    ]);
  },
};

const forms: ReadonlyMap<string, Form["write"]> = new Map(Object.entries(onnxForms));

function write({ graph, module }: LayerNodes, x: string, layer: Layer): string {
  const whole = { ...module, layer } as Module;
  const form = forms.get(layer.kind);
  if (form === undefined) throw unknownLayer(whole, "ONNX");
  return form(new LayerNodes(graph, whole), x, layer);
}

/** Adds the nodes of modules that run one after the other; returns the name of the last output. */
export const writeModules = (
  graph: GraphBuilder,
  modules: readonly Module[],
  x: string,
): string =>
  modules.reduce((value, module) => write(new LayerNodes(graph, module), value, module.layer), x);
