import { UserError } from "../errors.ts";
import type { ImageFormat } from "../data/mod.ts";
import { build, type Module } from "../nn/mod.ts";
import { noGradients, Random, scope, Tensor } from "../tensor/mod.ts";
import { decodeOnnx } from "./onnx_file.ts";
import { onnxLayer } from "./onnx_layer.ts";

/** How far apart scores may be, as a share of the greatest. */
const tolerance = 1e-5;

/**
 * Reads a file of ONNX and compares what it makes of two drawn images with the scores of the model
 * that it was made of. Throws a UserError where they differ: a layer of the model is then not what
 * its kind says.
 */
export function checkOnnx(
  file: Uint8Array,
  model: Module,
  { channels, height, width }: ImageFormat,
): void {
  using read = build(onnxLayer(decodeOnnx(file).graph), new Random(0, "init"));
  const same = scope(() =>
    noGradients(() => {
      const shape = [2, channels, height, width];
      const pixels = new Random(0, "images").uniform(shape, 0, 256).cast("u8").numbers();
      const images = Tensor.from(Float32Array.from(pixels, (pixel) => pixel / 255), shape);
      const [expected, found] = [model, read].map((each) => each.forward(images).numbers());
      const limit = tolerance * Math.max(...expected.map(Math.abs));
      return expected.length === found.length && expected.every((score, i) =>
        Object.is(score, found[i]) || Math.abs(score - found[i]) <= limit
      );
    })
  );
  if (same) return;
  throw new UserError(
    "The model computes something else than its layers are by their kinds: a layer with a function " +
      "of its own takes a kind of its own",
  );
}
