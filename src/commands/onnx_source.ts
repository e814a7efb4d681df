import { z } from "zod";
import { messageOf, UserError } from "../errors.ts";
import { parseConfig, type TrainConfig } from "../config/mod.ts";
import type { ImageFormat } from "../data/mod.ts";
import { decodeOnnx, onnxLayer } from "../export/mod.ts";
import { build, checkOutputs, type Layer, type Module } from "../nn/mod.ts";
import { jsonValue, readFile, weightsDigest } from "../storage/mod.ts";
import { type Device, noGradients, Random, scope, Tensor } from "../tensor/mod.ts";

/** A model in a file of ONNX that wick wrote. */
export interface OnnxSource {
  readonly path: string;
  /** The model's name. */
  readonly name: string;
  readonly format: ImageFormat;
  /** The config that it was trained with, where the file tells it. */
  readonly config?: TrainConfig;
  /** The epoch that left the weights, where the file tells it. */
  readonly epoch?: number;
  /** What stands before the figures. */
  readonly changed?: string;
  /** Builds the model. */
  load(device: Device): Module;
}

/** Whether a path is that of a file of ONNX. */
export const isOnnxPath = (path: string): boolean => /\.onnx$/i.test(path);

/** The largest file that is read, in bytes. */
const sizeLimit = 0x7fffffff;

/** Reads a file of ONNX that wick wrote; throws a UserError for another one. */
export function readOnnx(path: string): OnnxSource {
  return located(path, () => {
    const bytes = readFile(path, { limit: sizeLimit });
    if (bytes === undefined) throw new UserError("there is no such file");
    const { graph, metadata } = decodeOnnx(bytes);
    const { model: name = "model", config, epoch, loss, initializers_sha256: digest } = metadata;
    const classes = z.array(z.string()).min(1).safeParse(jsonValue(metadata.classes ?? "")).data;
    if (classes === undefined) {
      throw new UserError(`it names no classes in its metadata, as wick's own export does`);
    }
    const [, channels, height, width] = graph.input.shape.map(Number);
    if (graph.input.shape.length !== 4 || !(channels * height * width >= 1)) {
      throw new UserError("its input is not [batch, channels, height, width]");
    }
    const format = { channels, height, width, classes };
    const layer = onnxLayer(graph);
    checkImage(layer, format);
    if (digest !== undefined && digest !== weightsDigest(graph.weights)) {
      throw new UserError(
        "its weights have another SHA-256 than when it was written: export it anew",
      );
    }
    return {
      ...{ path, name, format },
      ...(config !== undefined && { config: parseConfig(config, `the config in ${path}`) }),
      ...(epoch !== undefined && { epoch: Number(epoch) }),
      ...(loss && { changed: `the loss is the cross-entropy: ${loss} is not in ${path}` }),
      load: (device) => build(layer, new Random(0, "init"), { device }),
    };
  });
}

/** Throws where a layer does not take an image of the format, or gives other classes. */
function checkImage(layer: Layer, { channels, height, width, classes }: ImageFormat): void {
  using model = build(layer, new Random(0, "init"));
  scope(() =>
    noGradients(() => {
      const image = Tensor.zeros([1, channels, height, width]);
      checkOutputs(model.forward(image), classes.length);
    })
  );
}

/** What a call gives; its errors begin with the path. */
function located<T>(path: string, call: () => T): T {
  try {
    return call();
  } catch (error) {
    throw new UserError(`Cannot read ${path}: ${messageOf(error)}`, { cause: error });
  }
}
