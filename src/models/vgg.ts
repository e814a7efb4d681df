import { z } from "zod";
import { batchNorm2d, conv2d, flatten, linear, maxPool2d, relu, sequential } from "../nn/mod.ts";
import { halved } from "./halved.ts";
import { model, type ModelSpec } from "./model.ts";

/** Settings of the VGG network. */
export interface VggOptions {
  /** Channels of the first block, 16 by default; each block has twice as many as the one before. */
  readonly width?: number;
  /** Blocks, each of which halves height and width; 2 by default. */
  readonly blocks?: number;
  /** Convolutions of a block, 2 by default. */
  readonly convolutions?: number;
}

/**
 * Blocks of 3 x 3 convolutions and a 2 x 2 max-pooling (Simonyan and Zisserman, arXiv 1409.1556), with
 * batch normalisation after every convolution and one linear layer at the end.
 */
export const vgg: ModelSpec<VggOptions> = model({
  name: "vgg",
  title: "VGG with batch norm",
  settings: {
    width: z.int().min(1).max(4096).default(16).describe("channels of the first block"),
    blocks: z.int().min(1).max(4).default(2).describe("blocks, each halves the image"),
    convolutions: z.int().min(1).max(8).default(2).describe("convolutions of a block"),
  },
  defaults: { opt: "sgd", lr: 0.05, momentum: 0.9, weightDecay: 5e-4 },
  build: ({ width, blocks, convolutions }, { channels, height, width: columns, classes }) => {
    const widths = Array.from({ length: blocks }, (_, block) => width << block);
    return sequential(
      ...widths.flatMap((outputs, block) => [
        ...Array.from({ length: convolutions }, (_, i) => [
          conv2d(i > 0 ? outputs : widths[block - 1] ?? channels, outputs, {
            kernel: 3,
            padding: 1,
            bias: false,
          }),
          batchNorm2d(outputs),
          relu,
        ]).flat(),
        maxPool2d(2),
      ]),
      flatten,
      linear(widths.at(-1)! * halved(height, blocks) * halved(columns, blocks), classes),
    );
  },
  settingsOf: (shapes) => ({ width: shapes("0.weight")?.[0] }),
});
