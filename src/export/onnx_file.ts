import { protobuf, type StoredDType, type StoredTensor } from "../storage/mod.ts";
import type { Attribute, Attributes, Graph, GraphNode, GraphValue } from "./graph.ts";

const { bytes, float, integer, joined, Message, message } = protobuf;
type Field = protobuf.Field;
type Message = protobuf.Message;

/** A file of ONNX: a graph and texts beside it. */
export interface OnnxFile {
  readonly graph: Graph;
  /** The program that wrote it, and its version. */
  readonly producer: readonly [name: string, version: string];
  readonly metadata: Readonly<Record<string, string>>;
}

// The numbers of fields and types are those of https://github.com/onnx/onnx/blob/main/onnx/onnx.proto.

/** The version of the format: that of ONNX 1.14, which readers since 2023 know. */
const irVersion = 9;

/** The numbers of element types, and their bytes. */
const dataTypes = { F32: [1, 4], U8: [2, 1], I64: [7, 8] } as const;
type DataType = keyof typeof dataTypes;

const typeNumber = (dtype: StoredDType): number => {
  if (dtype in dataTypes) return dataTypes[dtype as DataType][0];
  throw new RangeError(`Cannot write a tensor of ${dtype} as ONNX: wick writes f32`);
};

const typeOf = (number: number | undefined): DataType => {
  const [name] = Object.entries(dataTypes).find(([, [is]]) => is === number) ?? [];
  if (name !== undefined) return name as DataType;
  throw new RangeError("it has numbers of a type that wick does not write");
};

/** A kind of attribute: the number of its type, and its fields. */
interface Kind {
  readonly type: number;
  write(attribute: Attribute): Field[];
  read(attribute: Message): Attribute;
}

const kinds: Readonly<Record<string, Kind>> = {
  f: {
    type: 1,
    write: ({ f }: { f: number }) => [float(2, f)],
    read: (attribute) => ({ f: attribute.numbers(2).at(-1) ?? 0 }),
  },
  i: {
    type: 2,
    write: ({ i }: { i: number }) => [integer(3, i)],
    read: (attribute) => ({ i: attribute.numbers(3).at(-1) ?? 0 }),
  },
  t: {
    type: 4,
    write: ({ t }: { t: StoredTensor }) => [message(5, ...tensorFields(t))],
    read: (attribute) => ({ t: tensorOf(one(attribute.messages(5), "tensor of an attribute")) }),
  },
  ints: {
    type: 7,
    write: ({ ints }: { ints: readonly number[] }) => ints.map((value) => integer(8, value)),
    read: (attribute) => ({ ints: attribute.numbers(8) }),
  },
};

/** The bytes of a file. */
export function encodeOnnx({ graph, producer, metadata }: OnnxFile): Field {
  const { nodes, weights, input, output, opset } = graph;
  return joined([
    integer(1, irVersion),
    bytes(2, producer[0]),
    bytes(3, producer[1]),
    message(
      7,
      ...nodes.map((node) => message(1, ...nodeFields(node))),
      bytes(2, "model"),
      ...weights.map((tensor) => message(5, ...tensorFields(tensor))),
      message(11, ...valueFields(input)),
      message(12, ...valueFields(output)),
    ),
    message(8, bytes(1, ""), integer(2, opset)),
    ...Object.entries(metadata).map(([key, value]) => message(14, bytes(1, key), bytes(2, value))),
  ]);
}

const nodeFields = ({ name, op, inputs, output, attributes }: GraphNode): Field[] => [
  ...inputs.map((input) => bytes(1, input)),
  bytes(2, output),
  bytes(3, name),
  bytes(4, op),
  ...Object.entries(attributes).map((entry) => message(5, ...attributeFields(...entry))),
];

function attributeFields(name: string, attribute: Attribute): Field[] {
  const { type, write } = kinds[Object.keys(attribute)[0]];
  return [bytes(1, name), ...write(attribute), integer(20, type)];
}

const tensorFields = ({ name, dtype, shape, bytes: content }: StoredTensor): Field[] => [
  ...shape.map((length) => integer(1, length)),
  integer(2, typeNumber(dtype)),
  bytes(8, name),
  bytes(9, content),
];

function valueFields({ name, dtype, shape, description }: GraphValue): Field[] {
  const lengths = shape.map((length) =>
    message(1, typeof length === "number" ? integer(1, length) : bytes(2, length))
  );
  const type = message(1, integer(1, typeNumber(dtype)), message(2, ...lengths));
  return [bytes(1, name), message(2, type), bytes(3, description)];
}

/** Reads a file that wick wrote; throws a RangeError for what is none. */
export function decodeOnnx(file: Uint8Array): OnnxFile {
  const model = new Message(file);
  const graph = one(model.messages(7), "graph");
  const opsets = model.messages(8).flatMap((each) => text(each, 1) === "" ? each.numbers(2) : []);
  return {
    graph: {
      nodes: graph.messages(1).map(nodeOf),
      weights: graph.messages(5).map(tensorOf),
      input: valueOf(one(graph.messages(11), "input")),
      output: valueOf(one(graph.messages(12), "output")),
      opset: one(opsets, "version of operations"),
    },
    producer: [text(model, 2), text(model, 3)],
    metadata: Object.fromEntries(model.messages(14).map((each) => [text(each, 1), text(each, 2)])),
  };
}

function one<T>(found: readonly T[], what: string): T {
  if (found.length === 1) return found[0];
  throw new RangeError(`it has ${found.length === 0 ? "no" : "more than one"} ${what}`);
}

const text = (found: Message, field: number): string => found.texts(field).at(-1) ?? "";

function nodeOf(node: Message): GraphNode {
  const domain = text(node, 7);
  const op = domain === "" ? text(node, 4) : `${domain}.${text(node, 4)}`;
  const output = one(node.texts(2), `output of a ${op}`);
  const attributes = attributesOf(node.messages(5));
  return { name: text(node, 3), op, inputs: node.texts(1), output, attributes };
}

function attributesOf(found: readonly Message[]): Attributes {
  return Object.fromEntries(found.map((attribute) => {
    const [name, type] = [text(attribute, 1), attribute.numbers(20).at(-1)];
    const kind = Object.values(kinds).find((each) => each.type === type);
    if (kind !== undefined) return [name, kind.read(attribute)];
    throw new RangeError(`its attribute ${name} is of a type that wick does not write`);
  }));
}

function tensorOf(tensor: Message): StoredTensor {
  const [name, shape, content] = [text(tensor, 8), tensor.numbers(1), tensor.bytes(9)];
  const dtype = typeOf(tensor.numbers(2).at(-1));
  const expected = shape.reduce((size, length) => size * length, dataTypes[dtype][1]);
  const fits = shape.every((length) => length >= 0) && content[0]?.length === expected;
  if (fits) return { name, dtype, shape, bytes: content[0] };
  throw new RangeError(`its tensor ${name} has not the bytes of [${shape.join(", ")}]`);
}

function valueOf(value: Message): GraphValue {
  const type = one(one(value.messages(2), "type of a value").messages(1), "tensor as a value");
  const dtype = typeOf(type.numbers(1).at(-1));
  if (dtype === "I64") throw new RangeError("its input or output is neither f32 nor uint8");
  const lengths = one(type.messages(2), "shape of a value").messages(1);
  const shape = lengths.map((length) => length.numbers(1)[0] ?? text(length, 2));
  return { name: text(value, 1), dtype, shape, description: text(value, 3) };
}
