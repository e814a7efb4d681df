import { noGradients, Random, scope, type Shape, Tensor } from "../tensor/mod.ts";
import { build } from "./build.ts";
import { parameterCount } from "./parameter_count.ts";
import { innermost, type Layer } from "./module.ts";

/** A layer of a model as one image passes it. */
export interface LayerRow {
  /** What its tensors' names begin with, `3.0`. */
  readonly name: string;
  /** What it computes, `conv2d`. */
  readonly kind: string;
  /** Shape of the output for one image, without the batch. */
  readonly output: Shape;
  /** Trained numbers of the layer and the layers in it. */
  readonly parameters: number;
  /** Multiplications of an input by a weight for one image, those of the layers in it too. */
  readonly multiplyAdds: number;
  /** Whether it has layers in it, whose rows stand before its own. */
  readonly isContainer: boolean;
}

/**
 * Every layer of a model in the order in which they are done, for images `[channels, height, width]`;
 * the model itself is the last. Each element of a weight with two or more dimensions is multiplied
 * once for each place of the output; element-wise work is not counted.
 */
export function layerTable(layer: Layer, image: Shape): LayerRow[] {
  const rows: LayerRow[] = [];
  using model = build(recorded(layer, rows), new Random(0, "init"));
  scope(() => {
    noGradients(() => model.forward(Tensor.zeros([1, ...image])));
  });
  return rows;
}

/** The layer with a kind of its own, so that it is joined with no neighbour, and a note of its output. */
function recorded(layer: Layer, rows: LayerRow[]): Layer {
  const { layers } = layer;
  return {
    ...layer,
    kind: `recorded ${layer.kind}`,
    ...(layers && { layers: layers.map((inner) => recorded(inner, rows)) }),
    forward(x, module, mode) {
      const from = rows.length;
      const y = layer.forward(x, module, mode);
      const output = y.shape.slice(1);
      const places = (outputs: number) =>
        output.reduce((size, length) => size * length, 1) / outputs;
      const products = Object.values(module.tensors).flatMap((weight) =>
        weight && weight.rank > 1 ? weight.size * places(weight.shape[0]) : []
      );
      const inside = rows.slice(from).filter(({ name }) => isDirectlyIn(name, module.prefix));
      rows.push({
        name: module.prefix.slice(0, -1),
        kind: innermost(layer).kind,
        output,
        parameters: parameterCount(module),
        multiplyAdds: [...products, ...inside.map((row) => row.multiplyAdds)]
          .reduce((sum, count) => sum + count, 0),
        isContainer: layers !== undefined,
      });
      return y;
    },
  };
}

const isDirectlyIn = (name: string, prefix: string): boolean =>
  name.startsWith(prefix) && !name.slice(prefix.length).includes(".");
