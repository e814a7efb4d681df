import list from "./models.json" with { type: "json" };

/** A model that every peer builds and trains: `models.json`, see README.md. */
export interface BenchModel {
  readonly lr: number;
  readonly momentum: number;
  readonly layers: readonly string[];
}

export type ModelName = keyof typeof list;

export const models: Readonly<Record<ModelName, BenchModel>> = list;
export const modelNames = Object.keys(list) as ModelName[];

/** A layer's kind, then its inputs and outputs where it has weights. */
export function parseLayer(layer: string): { kind: string; inputs: number; outputs: number } {
  const [kind, inputs, outputs] = layer.split(" ");
  return { kind, inputs: Number(inputs), outputs: Number(outputs) };
}
