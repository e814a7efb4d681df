import { z } from "zod";
import {
  avgPool2d,
  conv2d,
  flatten,
  gelu,
  type Layer,
  layerNorm,
  layerNorm2d,
  linear,
  residual,
  sequential,
} from "../nn/mod.ts";
import { model, type ModelSpec } from "./model.ts";

/** Settings of the ConvNeXt-like network. */
export interface ConvnextOptions {
  /** Channels of the first stage, 32 by default; the second has twice as many. */
  readonly width?: number;
  /** Blocks of a stage, 2 by default. */
  readonly blocks?: number;
}

const epsilon = 1e-6;

/** A 7 x 7 convolution of each channel alone, then two layers at each pixel, beside the identity. */
const block = (channels: number): Layer =>
  residual(
    conv2d(channels, channels, { kernel: 7, padding: 3, groups: channels }),
    layerNorm2d(channels, { epsilon }),
    conv2d(channels, 4 * channels, { kernel: 1 }),
    gelu,
    conv2d(4 * channels, channels, { kernel: 1 }),
  );

/** A small network of ConvNeXt's blocks (arXiv 2201.03545), for small images: two stages, no layer scale. */
export const convnext: ModelSpec<ConvnextOptions> = model({
  name: "convnext",
  title: "ConvNeXt's blocks",
  settings: {
    width: z.int().min(1).max(4096).default(32).describe("channels of the first stage"),
    blocks: z.int().min(1).max(64).default(2).describe("blocks of a stage"),
  },
  defaults: { opt: "adamw", lr: 0.001, weightDecay: 0.05 },
  build: ({ width, blocks }, { channels, height, width: columns, classes }) => {
    const stage = (channels: number) => Array.from({ length: blocks }, () => block(channels));
    return sequential(
      conv2d(channels, width, { kernel: 2, stride: 2 }),
      layerNorm2d(width, { epsilon }),
      ...stage(width),
      layerNorm2d(width, { epsilon }),
      conv2d(width, 2 * width, { kernel: 2, stride: 2 }),
      ...stage(2 * width),
      avgPool2d([Math.floor(height / 4), Math.floor(columns / 4)]),
      flatten,
      layerNorm(2 * width, { epsilon }),
      linear(2 * width, classes),
    );
  },
  settingsOf: (shapes) => ({ width: shapes("0.weight")?.[0] }),
});
