import { conv2d, flatten, type Layer, linear, maxPool2d, relu, sequential } from "../nn/mod.ts";

/** Settings of the convolutional model. */
export interface CnnOptions {
  /** Channels of every convolution. */
  readonly hidden?: number;
  readonly classes?: number;
}

/**
 * TinyVGG (Wang et al., CNN Explainer, arXiv 2004.15004) for images `[batch, 1, 28, 28]`: two blocks
 * of two 3 x 3 convolutions and a 2 x 2 max-pooling, then one linear layer.
 */
export const cnn = ({ hidden = 10, classes = 10 }: CnnOptions = {}): Layer =>
  sequential(
    conv2d(1, hidden, { kernel: 3, padding: 1 }),
    relu,
    conv2d(hidden, hidden, { kernel: 3, padding: 1 }),
    relu,
    maxPool2d(2),
    conv2d(hidden, hidden, { kernel: 3, padding: 1 }),
    relu,
    conv2d(hidden, hidden, { kernel: 3, padding: 1 }),
    relu,
    maxPool2d(2),
    flatten,
    linear(hidden * 7 * 7, classes),
  );
