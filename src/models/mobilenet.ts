import { z } from "zod";
import {
  avgPool2d,
  batchNorm2d,
  conv2d,
  flatten,
  type Layer,
  linear,
  relu,
  sequential,
} from "../nn/mod.ts";
import { model, type ModelSpec } from "./model.ts";

/** Settings of the depthwise-separable network. */
export interface MobilenetOptions {
  /** Channels of the first convolution, 16 by default. */
  readonly width?: number;
}

/** A 3 x 3 convolution of each channel alone, then a 1 x 1 convolution over the channels. */
const separable = (inputs: number, outputs: number, stride: number): Layer[] => [
  conv2d(inputs, inputs, { kernel: 3, padding: 1, stride, groups: inputs, bias: false }),
  batchNorm2d(inputs),
  relu,
  conv2d(inputs, outputs, { kernel: 1, bias: false }),
  batchNorm2d(outputs),
  relu,
];

/** A small network of depthwise-separable convolutions, as MobileNet has them (arXiv 1704.04861). */
export const mobilenet: ModelSpec<MobilenetOptions> = model({
  name: "mobilenet",
  title: "depthwise-separable convolutions",
  settings: { width: z.int().min(1).max(4096).default(16).describe("channels of the first layer") },
  defaults: { opt: "sgd", lr: 0.1, momentum: 0.9, weightDecay: 1e-4 },
  build: ({ width }, { channels, height, width: columns, classes }) =>
    sequential(
      conv2d(channels, width, { kernel: 3, padding: 1, bias: false }),
      batchNorm2d(width),
      relu,
      ...separable(width, 2 * width, 1),
      ...separable(2 * width, 4 * width, 2),
      ...separable(4 * width, 4 * width, 1),
      ...separable(4 * width, 8 * width, 2),
      ...separable(8 * width, 8 * width, 1),
      avgPool2d([Math.ceil(height / 4), Math.ceil(columns / 4)]),
      flatten,
      linear(8 * width, classes),
    ),
  settingsOf: (shapes) => ({ width: shapes("0.weight")?.[0] }),
});
