import { fashionMnist } from "../src/data/mod.ts";
import { models as networks } from "../src/models/mod.ts";
import { conv2d, flatten, type Layer, linear, maxPool2d, relu, sequential } from "../src/nn/mod.ts";
import { named } from "../src/settings/mod.ts";
import list from "./models.json" with { type: "json" };
import zooList from "./zoo.json" with { type: "json" };

/** A model that every peer builds and trains: `models.json`, see README.md. */
export interface BenchModel {
  readonly lr: number;
  readonly momentum: number;
  readonly layers: readonly string[];
}

/** One of wick's own models that PyTorch has too: `zoo.json`. */
export interface ZooModel {
  readonly lr: number;
  readonly momentum: number;
  readonly model: string;
  readonly settings: Readonly<Record<string, number>>;
}

const plain: Readonly<Record<string, BenchModel>> = list;
const zoo: Readonly<Record<string, ZooModel>> = zooList;
/** The models that every peer has. */
export const modelNames = Object.keys(list);
/** The models that wick and PyTorch have. */
export const zooNames = Object.keys(zooList);

const kinds: Readonly<Record<string, (inputs: number, outputs: number) => Layer>> = {
  conv2d: (inputs, outputs) => conv2d(inputs, outputs, { kernel: 3, padding: 1 }),
  flatten: () => flatten,
  linear: (inputs, outputs) => linear(inputs, outputs),
  max_pool2d: () => maxPool2d(2),
  relu: () => relu,
};

/** A model as wick builds it, and how it is trained. */
export function benchModel(name: string): { layer: Layer; lr: number; momentum: number } {
  if (Object.hasOwn(zoo, name)) {
    const { model, settings, lr, momentum } = zoo[name];
    return { layer: named("model", networks, model).of(settings, fashionMnist), lr, momentum };
  }
  const { layers, lr, momentum } = plain[name];
  const made = layers.map(parseLayer).map(({ kind, inputs, outputs }) =>
    kinds[kind](inputs, outputs)
  );
  return { layer: sequential(...made), lr, momentum };
}

/** A layer's kind, then its inputs and outputs where it has weights. */
function parseLayer(layer: string): { kind: string; inputs: number; outputs: number } {
  const [kind, inputs, outputs] = layer.split(" ");
  return { kind, inputs: Number(inputs), outputs: Number(outputs) };
}
