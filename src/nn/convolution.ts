import {
  ConvolutionGeometry,
  type ConvolutionOptions,
  functional,
  type Lengths,
  type Pair,
} from "../tensor/mod.ts";
import type { Layer } from "./module.ts";
import { checkSizes, weightAndBias, type WeightOptions, type Weights } from "./weights.ts";

/** Options of a convolutional layer. */
export interface Conv2dOptions extends ConvolutionOptions, WeightOptions {
  /** Height and width of the window. */
  readonly kernel: Pair;
}

/** A convolutional layer. */
export interface Conv2d
  extends Layer<Weights>, Pick<ConvolutionGeometry, "stride" | "padding" | "dilation" | "groups"> {
  /** Channels of an input. */
  readonly inputs: number;
  /** Channels of an output. */
  readonly outputs: number;
  /** Height and width of the window. */
  readonly kernel: Lengths;
  /** Whether a bias is added. */
  readonly bias: boolean;
}

/** `[batch, inputs, height, width] -> [batch, outputs, ...]`: a convolution of images. */
export function conv2d(inputs: number, outputs: number, options: Conv2dOptions): Conv2d {
  const { kernel, bias = true } = options;
  const [height, width] = typeof kernel === "number" ? [kernel, kernel] : kernel;
  checkSizes("conv2d", { inputs, outputs, "the kernel's height": height, "its width": width });
  const geometry = new ConvolutionGeometry(options);
  const { stride, padding, dilation, groups } = geometry;
  if (inputs % groups !== 0 || outputs % groups !== 0) {
    throw new RangeError(
      `Cannot define conv2d: ${groups} groups do not divide ${inputs} inputs and ${outputs} outputs`,
    );
  }
  return {
    kind: "conv2d",
    inputs,
    outputs,
    kernel: [height, width],
    stride,
    padding,
    dilation,
    groups,
    bias,
    parameters: weightAndBias([outputs, inputs / groups, height, width], options),
    forward: (x, { tensors: { weight, bias } }) => functional.conv2d(x, weight, bias, geometry),
  };
}
