import type { GroupNorm } from "../nn/mod.ts";
import type { StoredTensor } from "../storage/mod.ts";
import { type GraphNode, type LayerNodes, valuesOf } from "./graph.ts";

/**
 * A group norm is written as rows of groups that InstanceNormalization normalises, and a product and a
 * sum for each channel: onnxruntime 1.32 computes GroupNormalization by E[x^2] - E[x]^2, which was up
 * to 1e-4 of the greatest score from exact in drawn networks, and these nodes 1e-6.
 */
export function writeGroupNorm(
  nodes: LayerNodes,
  x: string,
  { groups, channels, epsilon }: GroupNorm,
): string {
  const [weight, bias] = nodes.weights("weight", "bias");
  const ones = nodes.constant(new Float32Array(groups).fill(1));
  const zeros = nodes.constant(new Float32Array(groups));
  const byGroup = nodes.add("Reshape", [x, nodes.integers(0, groups, -1)]);
  const normalized = nodes.add("InstanceNormalization", [byGroup, ones, zeros], {
    epsilon: { f: epsilon },
  });
  const byChannel = nodes.add("Reshape", [normalized, nodes.integers(0, channels, -1)]);
  const scale = nodes.add("Reshape", [weight, nodes.integers(channels, 1)]);
  const scaled = nodes.add("Mul", [byChannel, scale]);
  const shift = nodes.add("Reshape", [bias, nodes.integers(channels, 1)]);
  const shifted = nodes.add("Add", [scaled, shift]);
  return nodes.add("Reshape", [shifted, nodes.add("Shape", [x])]);
}

/** The nodes of a group norm without constants: inputs are those before them, or have names. */
const pattern: readonly (readonly [op: string, ...inputs: (number | string)[]])[] = [
  ["Reshape", "x", "groups"],
  ["InstanceNormalization", 0, "ones", "zeros"],
  ["Reshape", 1, "channels"],
  ["Reshape", "weight", "column"],
  ["Mul", 2, 3],
  ["Reshape", "bias", "column of bias"],
  ["Add", 4, 5],
  ["Shape", "x"],
  ["Reshape", 6, 7],
];

/** The nodes, those that `writeGroupNorm` writes as a GroupNormalization each. */
export function withGroupNorms(
  nodes: readonly GraphNode[],
  stored: ReadonlyMap<string, StoredTensor>,
): GraphNode[] {
  const result: GraphNode[] = [];
  for (let at = 0; at < nodes.length; at++) {
    const norm = groupNormOf(nodes.slice(at, at + pattern.length), stored);
    result.push(norm ?? nodes[at]);
    if (norm) at += pattern.length - 1;
  }
  return result;
}

function groupNormOf(
  nodes: readonly GraphNode[],
  stored: ReadonlyMap<string, StoredTensor>,
): GraphNode | undefined {
  const named = new Map<string, string>();
  const fits = nodes.length === pattern.length &&
    pattern.every(([op, ...inputs], i) =>
      nodes[i].op === op && nodes[i].inputs.length === inputs.length &&
      inputs.every((input, place) => {
        const is = nodes[i].inputs[place];
        if (typeof input === "number") return is === nodes[input].output;
        if (!named.has(input)) named.set(input, is);
        return named.get(input) === is;
      })
    );
  if (!fits) return undefined;
  const given = (name: string) => {
    const tensor = stored.get(named.get(name)!);
    return tensor && `${valuesOf(tensor)}`;
  };
  const weight = stored.get(named.get("weight")!);
  const groups = stored.get(named.get("ones")!)?.shape[0] ?? 0;
  const channels = weight?.shape[0] ?? 0;
  const expected = {
    groups: [0, groups, -1],
    ones: Array(groups).fill(1),
    zeros: Array(groups).fill(0),
    channels: [0, channels, -1],
    column: [channels, 1],
    "column of bias": [channels, 1],
  };
  const isSame = Object.entries(expected).every(([name, values]) => given(name) === `${values}`);
  if (!isSame) return undefined;
  const [first, { name, attributes }] = nodes;
  return {
    name,
    op: "GroupNormalization",
    inputs: [first.inputs[0], named.get("weight")!, named.get("bias")!],
    output: nodes.at(-1)!.output,
    attributes: { ...attributes, num_groups: { i: groups } },
  };
}
