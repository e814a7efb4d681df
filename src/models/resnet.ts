import { z } from "zod";
import {
  avgPool2d,
  batchNorm2d,
  conv2d,
  flatten,
  type Layer,
  linear,
  relu,
  residual,
  sequential,
} from "../nn/mod.ts";
import { model, type ModelSpec } from "./model.ts";
import { stochasticDepth } from "./stochastic_depth.ts";

/** Settings of the residual network. */
export interface ResnetOptions {
  /** Channels of the first stage, 16 by default; the others have twice and four times as many. */
  readonly width?: number;
  /** Layers with weights, 6 n + 2 for n blocks a stage; 8 by default. */
  readonly depth?: number;
  /** Share of images that skip the last block in a training step, 0 by default; earlier blocks less. */
  readonly stochasticDepth?: number;
}

/** Two normalised 3 x 3 convolutions beside the identity, or a 1 x 1 convolution where the shape changes. */
function block(inputs: number, outputs: number, stride: number, dropRate: number): Layer[] {
  const layers = [
    conv2d(inputs, outputs, { kernel: 3, padding: 1, stride, bias: false }),
    batchNorm2d(outputs),
    relu,
    conv2d(outputs, outputs, { kernel: 3, padding: 1, bias: false }),
    batchNorm2d(outputs),
  ];
  if (inputs === outputs && stride === 1) return [residual({ dropRate }, ...layers), relu];
  const shortcut = sequential(
    conv2d(inputs, outputs, { kernel: 1, stride, bias: false }),
    batchNorm2d(outputs),
  );
  return [residual({ shortcut, dropRate }, ...layers), relu];
}

/** The residual network for small images of He et al. (arXiv 1512.03385, section 4.2), option B. */
export const resnet: ModelSpec<ResnetOptions> = model({
  name: "resnet",
  title: "residual network",
  settings: {
    width: z.int().min(1).max(4096).default(16).describe("channels of the first stage"),
    depth: z.int().min(8).max(110).refine((depth) => depth % 6 === 2, "must be 6 n + 2: 8, 14, 20")
      .default(8).describe("layers with weights, 8, 14, 20, ..."),
    stochasticDepth,
  },
  later: ["stochasticDepth"],
  defaults: { opt: "sgd", lr: 0.1, momentum: 0.9, weightDecay: 1e-4 },
  build: ({ width, depth, stochasticDepth }, { channels, height, width: columns, classes }) => {
    const blocks = (depth - 2) / 6;
    const stages = [width, 2 * width, 4 * width].flatMap((outputs, stage) =>
      Array.from({ length: blocks }, (_, i) => {
        const first = i === 0 && stage > 0;
        const rate = stochasticDepth * (stage * blocks + i + 1) / (3 * blocks);
        return block(first ? outputs / 2 : outputs, outputs, first ? 2 : 1, rate);
      })
    );
    return sequential(
      conv2d(channels, width, { kernel: 3, padding: 1, bias: false }),
      batchNorm2d(width),
      relu,
      ...stages.flat(),
      avgPool2d([Math.ceil(height / 4), Math.ceil(columns / 4)]),
      flatten,
      linear(4 * width, classes),
    );
  },
  settingsOf: (shapes) => ({ width: shapes("0.weight")?.[0] }),
});
