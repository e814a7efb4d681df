import { UserError } from "../errors.ts";
import type { Module } from "../nn/mod.ts";
import { type StoredTensor, storedTensors } from "../storage/mod.ts";

/** What an operation is given besides its inputs: an f32, a whole number, whole numbers, a tensor. */
export type Attribute =
  | { readonly f: number }
  | { readonly i: number }
  | { readonly ints: readonly number[] }
  | { readonly t: StoredTensor };

/** Attributes by their names in ONNX. */
export type Attributes = Readonly<Record<string, Attribute>>;

/** An operation of ONNX, from values to one value, which have names. */
export interface GraphNode {
  /** Its place in the model and its operation, `3.0.Conv`. */
  readonly name: string;
  /** The operation, `Conv`. */
  readonly op: string;
  readonly inputs: readonly string[];
  readonly output: string;
  readonly attributes: Attributes;
}

/** An input or an output of a graph. */
export interface GraphValue {
  readonly name: string;
  readonly dtype: "F32" | "U8";
  /** Lengths of its dimensions; a word is a length that may be any. */
  readonly shape: readonly (number | string)[];
  /** What it is, in words. */
  readonly description: string;
}

/** A model as ONNX has it, with one input and one output. */
export interface Graph {
  /** The operations, each after those that give its inputs. */
  readonly nodes: readonly GraphNode[];
  /** The weights by the names that they have in the model. */
  readonly weights: readonly StoredTensor[];
  readonly input: GraphValue;
  readonly output: GraphValue;
  /** The version of ONNX's operations. */
  readonly opset: number;
}

/** The least version of ONNX's operations that is written. */
const leastOpset = 17;

/** Collects the nodes and weights of a graph. */
export class GraphBuilder {
  readonly nodes: GraphNode[] = [];
  readonly weights: StoredTensor[] = [];
  /** The least version that has the operations so far. */
  opset = leastOpset;
  readonly #names = new Set<string>();

  /** Adds a node, named after its place in the model and its operation; returns its value's name. */
  add(place: string, op: string, inputs: readonly string[], attributes: Attributes): string {
    let name = place + op;
    for (let n = 2; this.#names.has(name); n++) name = `${place}${op}_${n}`;
    this.#names.add(name);
    this.nodes.push({ name, op, inputs, output: name, attributes });
    return name;
  }

  /** Gives a value the name of the graph's output. */
  end(value: string, output: string): void {
    const last = this.nodes.at(-1);
    if (last?.output === value) this.nodes.splice(-1, 1, { ...last, output });
    else {this.nodes.push({
        name: "Identity",
        op: "Identity",
        inputs: [value],
        output,
        attributes: {},
      });}
  }
}

/** The nodes of one layer as they are written. */
export class LayerNodes {
  constructor(
    readonly graph: GraphBuilder,
    readonly module: Pick<Module, "prefix" | "tensors" | "modules">,
  ) {}

  /** Adds a node; `since` is the version of ONNX's operations that has it first. */
  add(op: string, inputs: readonly string[], attributes: Attributes = {}, since = 0): string {
    this.graph.opset = Math.max(this.graph.opset, since);
    return this.graph.add(this.module.prefix, op, inputs, attributes);
  }

  /** A tensor that is no weight, f32 or whole numbers, of one dimension unless a shape is given. */
  constant(
    values: Float32Array | BigInt64Array,
    shape: readonly number[] = [values.length],
  ): string {
    const bytes = new Uint8Array(values.buffer, values.byteOffset, values.byteLength);
    const dtype = values instanceof Float32Array ? "F32" : "I64";
    return this.add("Constant", [], { value: { t: { name: "", dtype, shape, bytes } } });
  }

  /** Whole numbers, for an operation that takes them as an input. */
  integers(...values: readonly number[]): string {
    return this.constant(BigInt64Array.from(values, BigInt));
  }

  /** The layer's tensor of that name; nothing where it has none. */
  weights(...keys: readonly string[]): string[] {
    return keys.flatMap((key) => {
      const tensor = this.module.tensors[key];
      if (tensor === undefined) return [];
      const name = this.module.prefix + key;
      this.graph.weights.push(...storedTensors([{ name, tensor }]));
      return [name];
    });
  }
}

/** The numbers of a tensor of f32 or whole numbers. */
export function valuesOf(
  { dtype, bytes }: StoredTensor,
): Float32Array<ArrayBuffer> | BigInt64Array<ArrayBuffer> {
  const { buffer } = bytes.slice(); // typed arrays need an aligned start
  return dtype === "F32" ? new Float32Array(buffer) : new BigInt64Array(buffer);
}

/** The error for a layer that a table of forms does not have. */
export function unknownLayer(
  { layer, prefix }: Pick<Module, "layer" | "prefix">,
  format: string,
): UserError {
  const place = prefix === "" ? "The model" : `Layer ${prefix.slice(0, -1)}`;
  return new UserError(
    `${place} is of the kind "${layer.kind}", for which there is no form in ${format}: ` +
      "only wick's own layers have one",
  );
}
