import { avgPool2d, conv2d, flatten, linear, sequential, tanh } from "../nn/mod.ts";
import { model, type ModelSpec } from "./model.ts";

/**
 * LeNet-5 (LeCun, Bottou, Bengio and Haffner, Proceedings of the IEEE 86(11), 1998) with plain means
 * for its trained subsampling, every map connected to every other, and class scores for its radial
 * basis functions. Images of 28 x 28 get the border of 2 that its input of 32 x 32 has.
 */
export const lenet5: ModelSpec = model({
  name: "lenet5",
  title: "LeNet-5",
  settings: {},
  defaults: { opt: "sgd", lr: 0.05, momentum: 0.9 },
  build: (_settings, { channels, height, width, classes }) => {
    const left = (length: number) => Math.floor((Math.floor(length / 2) - 4) / 2);
    return sequential(
      conv2d(channels, 6, { kernel: 5, padding: 2 }),
      tanh,
      avgPool2d(2),
      conv2d(6, 16, { kernel: 5 }),
      tanh,
      avgPool2d(2),
      flatten,
      linear(16 * left(height) * left(width), 120),
      tanh,
      linear(120, 84),
      tanh,
      linear(84, classes),
    );
  },
});
