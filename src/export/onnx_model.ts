import type { ImageFormat } from "../data/mod.ts";
import type { Module } from "../nn/mod.ts";
import { storedTensors, weightsDigest } from "../storage/mod.ts";
import { version } from "../version.ts";
import { type Graph, GraphBuilder, type GraphValue, LayerNodes } from "./graph.ts";
import { encodeOnnx } from "./onnx_file.ts";
import { writeModules } from "./onnx_layers.ts";

/** What an exported model takes and gives. */
export interface ModelForm {
  /** It takes pixels 0 to 255 as uint8 instead of f32 from 0 to 1. */
  readonly uint8?: boolean;
  /** It gives the classes' probabilities instead of their scores. */
  readonly probabilities?: boolean;
}

/** How a model becomes a file of ONNX. */
export interface OnnxOptions extends ModelForm {
  /** The images that it sees, and their classes. */
  readonly format: ImageFormat;
  /** Further texts beside the graph. */
  readonly metadata?: Readonly<Record<string, string>>;
}

/**
 * A model as a file of ONNX: `images [batch, channels, height, width]` to `scores` or `probabilities`
 * `[batch, classes]`, of a batch of any size, as the model is evaluated. Initializers are named as the
 * weights are. The version of ONNX's operations is the least that has the model's layers, from 17 on.
 * Throws a UserError for a layer that is not one of wick's own.
 *
 * @example
 * ```ts
 * import { build, onnxModel, models, Random, fashionMnist } from "@wick/wick";
 *
 * using model = build(models.cnn(), new Random(42, "init"));
 * const file = onnxModel(model, { format: fashionMnist, uint8: true, probabilities: true });
 * console.log(file.length > 30_000); // true
 * ```
 */
export function onnxModel(
  model: Module,
  { format, metadata = {}, ...form }: OnnxOptions,
): Uint8Array<ArrayBuffer> {
  const weights = storedTensors([...model.parameters, ...model.buffers]);
  const graph = graphOf(model, format, form);
  return encodeOnnx({
    graph,
    producer: ["wick", version],
    metadata: {
      classes: JSON.stringify(format.classes),
      weights_sha256: weightsDigest(weights),
      initializers_sha256: weightsDigest(graph.weights), // what is not part of the graph left out
      ...metadata,
    },
  });
}

function graphOf(
  model: Module,
  format: ImageFormat,
  { uint8 = false, probabilities = false }: ModelForm,
): Graph {
  const { channels, height, width, classes } = format;
  const input: GraphValue = {
    name: "images",
    dtype: uint8 ? "U8" : "F32",
    shape: ["batch", channels, height, width],
    description: uint8 ? "pixels from 0 to 255" : "pixels from 0 to 1: those of the data, by 255",
  };
  const output: GraphValue = {
    name: probabilities ? "probabilities" : "scores",
    dtype: "F32",
    shape: ["batch", classes.length],
    description: probabilities ? "the probability of each class" : "the score of each class",
  };
  const builder = new GraphBuilder();
  const around = new LayerNodes(builder, { prefix: "", tensors: {}, modules: [] });
  let value = input.name;
  if (uint8) {
    const float = 1;
    const pixels = around.add("Cast", [value], { to: { i: float } });
    value = around.add("Div", [pixels, around.constant(Float32Array.of(255), [])]);
  }
  value = writeModules(builder, [model], value);
  if (probabilities) value = around.add("Softmax", [value], { axis: { i: 1 } });
  builder.end(value, output.name);
  const { nodes, weights, opset } = builder;
  return { nodes, weights, input, output, opset };
}
