import { z } from "zod";
import {
  avgPool2d,
  batchNorm2d,
  conv2d,
  flatten,
  linear,
  maxPool2d,
  relu,
  sequential,
} from "../nn/mod.ts";
import { halved } from "./halved.ts";
import { model, type ModelSpec } from "./model.ts";

/** Settings of the convolutional network. */
export interface ConvnetOptions {
  /** Channels of each 3 x 3 convolution, and `M` for a 2 x 2 max-pooling; `32-M-48-64-M-64` by default. */
  readonly layers?: string;
  /** What is left of a channel at the end: its `mean` by default, or its `max`. */
  readonly head?: "mean" | "max";
}

/**
 * Normalised 3 x 3 convolutions in a row, their layers named as in torchvision's VGG. Pooling comes
 * before the norm, which quarters its work (Jordan, arXiv 2404.00498).
 */
export const convnet: ModelSpec<ConvnetOptions> = model({
  name: "convnet",
  title: "convolutions of any widths, pooled before the norm",
  settings: {
    layers: z.string().regex(
      /^[1-9]\d{0,3}(-M)?(-[1-9]\d{0,3}(-M)?)*$/,
      "must be channels, and M for pooling: 32-M-48-64-M-64",
    ).meta({ placeholder: "LIST" }).default("32-M-48-64-M-64")
      .describe("channels of the convolutions, and M for pooling"),
    head: z.enum(["mean", "max"]).default("mean").describe("what is left of each channel"),
  },
  defaults: { opt: "sgd", lr: 0.1, momentum: 0.9, nesterov: true, weightDecay: 5e-4 },
  build: ({ layers, head }, { channels, height, width, classes }) => {
    const blocks = layers.split(/-(?=\d)/).map((text) => text.split("-"));
    const widths = blocks.map(([outputs]) => Number(outputs));
    const halvings = blocks.filter(([, pooled]) => pooled).length;
    const pool = { mean: avgPool2d, max: maxPool2d }[head];
    return sequential(
      ...blocks.flatMap(([, pooled], i) => [
        conv2d(widths[i - 1] ?? channels, widths[i], { kernel: 3, padding: 1, bias: false }),
        ...(pooled ? [maxPool2d(2)] : []),
        batchNorm2d(widths[i]),
        relu,
      ]),
      pool([halved(height, halvings), halved(width, halvings)]),
      flatten,
      linear(widths.at(-1)!, classes),
    );
  },
});
