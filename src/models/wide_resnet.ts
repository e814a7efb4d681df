import { z } from "zod";
import {
  avgPool2d,
  batchNorm2d,
  conv2d,
  dropout,
  flatten,
  type Layer,
  linear,
  relu,
  residual,
  sequential,
} from "../nn/mod.ts";
import { model, type ModelSpec } from "./model.ts";
import { stochasticDepth } from "./stochastic_depth.ts";

/** Settings of the wide residual network. */
export interface WideResnetOptions {
  /** Layers with weights, 6 n + 4 for n blocks a stage; 16 by default. */
  readonly depth?: number;
  /** k: how many times 16, 32 and 64 channels the stages have, 1 by default. */
  readonly widen?: number;
  /** Share of the values between a block's convolutions that a training step leaves out, 0 by default. */
  readonly dropout?: number;
  /** Share of images that skip the last block in a training step, 0 by default; earlier blocks less. */
  readonly stochasticDepth?: number;
}

/** Normalisation and ReLU before each convolution. */
function block(
  inputs: number,
  outputs: number,
  stride: number,
  rate: number,
  dropRate: number,
): Layer {
  const layers = [
    batchNorm2d(inputs),
    relu,
    conv2d(inputs, outputs, { kernel: 3, padding: 1, stride, bias: false }),
    batchNorm2d(outputs),
    relu,
    ...(rate > 0 ? [dropout(rate)] : []),
    conv2d(outputs, outputs, { kernel: 3, padding: 1, bias: false }),
  ];
  if (inputs === outputs && stride === 1) return residual({ dropRate }, ...layers);
  const shortcut = conv2d(inputs, outputs, { kernel: 1, stride, bias: false });
  return residual({ shortcut, dropRate }, ...layers);
}

/** WRN-depth-k, a wide residual network (Zagoruyko and Komodakis, arXiv 1605.07146). */
export const wideResnet: ModelSpec<WideResnetOptions> = model({
  name: "wide-resnet",
  aliases: ["wrn"],
  title: "wide residual network",
  settings: {
    depth: z.int().min(10).max(100).refine(
      (depth) => depth % 6 === 4,
      "must be 6 n + 4: 10, 16, 22",
    )
      .default(16).describe("layers with weights, 10, 16, 22, ..."),
    widen: z.int().min(1).max(64).default(1).describe("k, times 16 channels"),
    dropout: z.number().min(0).lt(1).default(0).describe("share of values left out in a block"),
    stochasticDepth,
  },
  later: ["stochasticDepth"],
  defaults: { opt: "sgd", lr: 0.1, momentum: 0.9, nesterov: true, weightDecay: 5e-4 },
  build: ({ depth, widen, dropout, stochasticDepth }, { channels, height, width, classes }) => {
    const widths = [16, 16 * widen, 32 * widen, 64 * widen];
    const count = (depth - 4) / 6;
    const blocks = widths.slice(1).flatMap((outputs, stage) =>
      Array.from({ length: count }, (_, i) => {
        const rate = stochasticDepth * (stage * count + i + 1) / (3 * count);
        const stride = i === 0 && stage > 0 ? 2 : 1;
        return block(i > 0 ? outputs : widths[stage], outputs, stride, dropout, rate);
      })
    );
    return sequential(
      conv2d(channels, 16, { kernel: 3, padding: 1, bias: false }),
      ...blocks,
      batchNorm2d(64 * widen),
      relu,
      avgPool2d([Math.ceil(height / 4), Math.ceil(width / 4)]),
      flatten,
      linear(64 * widen, classes),
    );
  },
  settingsOf(shapes) {
    const first = shapes("1.0.2.weight") ?? shapes("1.2.weight"); // beside a shortcut, or the identity
    return { widen: first && first[0] / 16 };
  },
});
