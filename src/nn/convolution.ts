import {
  ConvolutionGeometry,
  type ConvolutionOptions,
  functional,
  type Pair,
  type Tensor,
} from "../tensor/mod.ts";
import { type Layer, moduleOf } from "./module.ts";
import { checkSizes, weightAndBias, type WeightOptions } from "./weights.ts";

/** Options of a convolutional layer. */
export interface Conv2dOptions extends ConvolutionOptions, WeightOptions {
  /** Height and width of the window. */
  readonly kernel: Pair;
}

/** `[batch, inputs, height, width] -> [batch, outputs, ...]`: a convolution of images. */
export function conv2d(inputs: number, outputs: number, options: Conv2dOptions): Layer {
  const { kernel } = options;
  const [height, width] = typeof kernel === "number" ? [kernel, kernel] : kernel;
  checkSizes("conv2d", { inputs, outputs, "the kernel's height": height, "its width": width });
  const geometry = new ConvolutionGeometry(options);
  const { groups } = geometry;
  if (inputs % groups !== 0 || outputs % groups !== 0) {
    throw new RangeError(
      `Cannot define conv2d: ${groups} groups do not divide ${inputs} inputs and ${outputs} outputs`,
    );
  }
  return {
    kind: "conv2d",
    build(site) {
      const shape = [outputs, inputs / groups, height, width];
      const { weight, bias, parameters } = weightAndBias(site, shape, options);
      const { pooling, ...alone } = site.fusion;
      const forward = (x: Tensor, fusion: functional.ConvolutionFusion) =>
        functional.conv2d(x, weight.tensor, bias?.tensor, geometry, fusion);
      const module = moduleOf((x) => forward(x, alone), parameters);
      if (pooling === undefined) return module;
      return { ...module, forwardPooled: (x) => forward(x, site.fusion) };
    },
  };
}
